package io.lockkeeper.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/// PostgreSQL refuses to run as root. For an ordinary user this does nothing; root's commands get a prefix
/// that gives up root, and the files that the server needs get the user that it becomes.
record Unprivileged(List<String> prefix, Optional<String> owner) {
    private static final Duration ANSWER = Duration.ofSeconds(10);
    private static final Duration MILLIONS_OF_FILES = Duration.ofMinutes(30);

    /// A way to give up root, and whose the files are then: `unshare -U` keeps root's files and forgets root's rights.
    private record Way(List<String> prefix, Optional<String> owner) {}

    /// The first way that works here and whose user can reach these directories.
    static Unprivileged reaching(Path... directories) throws IOException, InterruptedException {
        if (!"0".equals(answer("id", "-u"))) {
            return new Unprivileged(List.of(), Optional.empty());
        }
        boolean aWayWorks = false;
        for (Way way : ways(directories[0])) {
            String uid = answer(way.prefix(), "id", "-u");
            boolean works = uid != null && !uid.equals("0");
            if (works && reachesAll(way, directories)) {
                return new Unprivileged(way.prefix(), way.owner());
            }
            aWayWorks |= works;
        }
        throw new PostgresServer.Failure(
                aWayWorks
                        ? "PostgreSQL does not run as root, and no other user can reach " + Arrays.toString(directories)
                                + ": set LOCKKEEPER_HOME to a directory that others may enter, or run as an ordinary user."
                        : "PostgreSQL does not run as root, and root cannot be given up here: install setpriv (util-linux),"
                                + " su-exec or gosu, or run as an ordinary user.");
    }

    ChildProcess.Command command(Path program, List<String> arguments) {
        List<String> line = Stream.of(prefix, List.of(program.toString()), arguments)
                .flatMap(List::stream)
                .toList();
        return new ChildProcess.Command(Path.of(line.getFirst()), line.subList(1, line.size()), Path.of("/"), Map.of());
    }

    /// Gives a file, or a directory with all that is in it, to the user that the server runs as.
    void give(Path path) throws IOException, InterruptedException {
        if (!prefix.isEmpty() && !owner.orElse("0:0").equals(ownerOf(path))) {
            giveAll(path);
        }
    }

    /// The same when the directory itself was given before.
    void giveAll(Path path) throws IOException, InterruptedException {
        if (prefix.isEmpty()) {
            return;
        }
        String whose = owner.orElse("0:0");
        Path chown = BinDirectories.program("chown").orElseThrow(() -> new IOException("there is no chown here"));
        try {
            ChildProcess.Ended ended =
                    ChildProcess.run(ChildProcess.Command.of(chown, "-Rh", whose, path.toString()), MILLIONS_OF_FILES);
            if (!ended.well()) {
                throw new IOException(path + " could not be given to user " + whose + ": " + ended.text());
            }
        } catch (TimeoutException late) {
            throw new IOException(path + " could not be given to user " + whose, late);
        }
    }

    private static List<Way> ways(Path home) throws IOException, InterruptedException {
        String user = whoRanBefore(home);
        String[] ids = user.split(":");
        List<Way> ways = new ArrayList<>();
        BinDirectories.program("setpriv").map(Path::toString).ifPresent(setpriv -> {
            String uid = "--reuid=" + ids[0];
            String gid = "--regid=" + ids[1];
            ways.add(new Way(
                    List.of(setpriv, uid, gid, "--clear-groups", "--inh-caps=-all", "--no-new-privs", "--"),
                    Optional.of(user)));
            ways.add(new Way(List.of(setpriv, uid, gid, "--clear-groups", "--"), Optional.of(user))); // BusyBox
        });
        for (String name : List.of("su-exec", "gosu")) {
            BinDirectories.program(name)
                    .ifPresent(found -> ways.add(new Way(List.of(found.toString(), user), Optional.of(user))));
        }
        String name = answer("id", "-un", ids[0]);
        if (name != null) {
            BinDirectories.program("runuser")
                    .ifPresent(
                            found -> ways.add(new Way(List.of(found.toString(), "-u", name, "--"), Optional.of(user))));
        }
        BinDirectories.program("unshare")
                .ifPresent(found -> ways.add(new Way(List.of(found.toString(), "-U"), Optional.empty())));
        return ways;
    }

    /// Whoever owns the files already, else `postgres`, else `nobody`.
    private static String whoRanBefore(Path home) throws IOException, InterruptedException {
        if (Files.exists(home) && !ownerOf(home).startsWith("0:")) {
            return ownerOf(home);
        }
        for (String name : List.of("postgres", "nobody")) {
            String uid = answer("id", "-u", name);
            String gid = answer("id", "-g", name);
            if (uid != null && gid != null && !uid.equals("0")) {
                return uid + ":" + gid;
            }
        }
        return "65534:65534";
    }

    private static boolean reachesAll(Way way, Path... directories) throws InterruptedException {
        for (Path directory : directories) {
            if (answer(way.prefix(), "test", "-x", directory.toString()) == null) {
                return false;
            }
        }
        return true;
    }

    private static String ownerOf(Path path) throws IOException {
        Map<String, Object> ids = Files.readAttributes(path, "unix:uid,gid", LinkOption.NOFOLLOW_LINKS);
        return ids.get("uid") + ":" + ids.get("gid");
    }

    private static String answer(String program, String... arguments) throws InterruptedException {
        return answer(List.of(), program, arguments);
    }

    /// What a program of the system says; nothing when it is absent or fails.
    private static String answer(List<String> prefix, String program, String... arguments) throws InterruptedException {
        Optional<Path> found = BinDirectories.program(program);
        if (found.isEmpty()) {
            return null;
        }
        try {
            var command = new Unprivileged(prefix, Optional.empty()).command(found.get(), List.of(arguments));
            ChildProcess.Ended ended = ChildProcess.run(command, ANSWER);
            return ended.well() ? ended.text().strip() : null;
        } catch (IOException | TimeoutException refused) {
            return null;
        }
    }
}
