package io.lockkeeper.postgres;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/// Room on the disk for sandboxes. What each was promised is written beside its data, for other instances too: that
/// much is taken, whether or not it has been used yet.
final class Room {
    private static final String PROMISED = "promised";
    private static final double MIB = 1 << 20;

    private Room() {}

    /// @param root of all sandboxes on this disk
    static void demand(Path root, long bytes) throws IOException {
        long free = Files.getFileStore(root).getUsableSpace();
        long promised = outstanding(root);
        if (bytes > 0 && free - promised < bytes) {
            throw new SandboxFailure(
                    free < bytes ? SandboxFailure.Reason.NO_ROOM : SandboxFailure.Reason.NO_ROOM_NOW,
                    "A sandbox needs about " + mib(bytes) + ", and " + root + " has " + mib(free) + " free"
                            + (promised == 0 ? "" : ", of which " + mib(promised) + " are promised to others that run")
                            + ".");
        }
    }

    static void promise(Path home, long bytes) throws IOException {
        Files.writeString(home.resolve(PROMISED), Long.toString(bytes));
    }

    /// Promised and not yet used.
    private static long outstanding(Path root) throws IOException {
        long sum = 0;
        try (Stream<Path> all = Files.find(root, 2, (path, its) -> its.isDirectory())) {
            List<Path> homes = all.filter(path -> path.getNameCount() == root.getNameCount() + 2)
                    .toList();
            for (Path home : homes) {
                sum += Math.max(0, promised(home) - bytesBelow(home));
            }
        } catch (NoSuchFileException | java.io.UncheckedIOException oneIsEnding) {
            return sum;
        }
        return sum;
    }

    private static long promised(Path home) {
        try {
            return Long.parseLong(Files.readString(home.resolve(PROMISED)));
        } catch (IOException | NumberFormatException ending) {
            return 0;
        }
    }

    static long bytesBelow(Path directory) throws IOException {
        var sum = new AtomicLong();
        Files.walkFileTree(directory, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                sum.addAndGet(attributes.size());
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException gone) {
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path each, IOException gone) {
                return FileVisitResult.CONTINUE;
            }
        });
        return sum.get();
    }

    private static String mib(long bytes) {
        return String.format(java.util.Locale.ROOT, "%,.0f MiB", bytes / MIB);
    }
}
