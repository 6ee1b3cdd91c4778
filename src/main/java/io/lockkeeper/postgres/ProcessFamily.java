package io.lockkeeper.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A process, its descendants, and on Linux all of its session: a daemonised grandchild is nobody's descendant.
record ProcessFamily(ProcessHandle head) {
    private static final Optional<Path> SETSID = BinDirectories.program("setsid");
    private static final Duration DEATH = Duration.ofSeconds(5);

    static List<String> inItsOwnSession(List<String> line) {
        return SETSID.map(setsid -> Stream.concat(Stream.of(setsid.toString()), line.stream())
                        .toList())
                .orElse(line);
    }

    /// Returns when all are gone, or will not go.
    ///
    /// @param grace between asking and forcing them; an interrupt shortens it
    void end(Duration grace) {
        members().forEach(ProcessHandle::destroy);
        if (!isGoneWithin(grace)) {
            members().forEach(ProcessHandle::destroyForcibly);
            isGoneWithin(DEATH);
        }
    }

    private List<ProcessHandle> members() {
        var members = Stream.concat(Stream.of(head), head.descendants()).collect(Collectors.toSet());
        if (SETSID.isPresent() && !numberWasGivenToAnother()) {
            ProcessHandle.allProcesses()
                    .filter(other -> sessionOf(other.pid()) == head.pid())
                    .forEach(members::add);
        }
        return members.stream().filter(ProcessFamily::lives).toList();
    }

    private boolean isGoneWithin(Duration bound) {
        long end = System.nanoTime() + bound.toNanos();
        while (!members().isEmpty()) {
            if (System.nanoTime() > end || Thread.currentThread().isInterrupted()) {
                return false;
            }
            pause();
        }
        return true;
    }

    private boolean numberWasGivenToAnother() {
        return !head.isAlive()
                && ProcessHandle.of(head.pid()).filter(ProcessHandle::isAlive).isPresent();
    }

    /// A process that has ended and that nobody has asked after yet still counts as alive for Java. The
    /// init process of a container may take its time.
    private static boolean lives(ProcessHandle process) {
        return process.isAlive() && !"Z".equals(stat(process.pid(), 3));
    }

    private static long sessionOf(long pid) {
        String session = stat(pid, 6);
        return session == null ? -1 : Long.parseLong(session);
    }

    /// A field of `/proc/<pid>/stat`, or null; the name in field 2 may hold anything, so count from its closing
    /// bracket.
    private static @Nullable String stat(long pid, int field) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            return stat.substring(stat.lastIndexOf(')') + 2).split(" ")[field - 3];
        } catch (IOException | RuntimeException gone) {
            return null;
        }
    }

    private static void pause() {
        try {
            Thread.sleep(10);
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        }
    }
}
