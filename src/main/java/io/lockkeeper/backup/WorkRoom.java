package io.lockkeeper.backup;

import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/// A dump that goes faster than its depot takes it grows on the worker's disk. Whoever fills a disk breaks more
/// than one backup, so some of it is left to others. For one thread.
final class WorkRoom {
    private static final long RESERVE = 512L << 20;
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

    private final Path directory;
    private final long reserve;
    private long lookedAt = System.nanoTime() - BETWEEN_LOOKS.toNanos();

    WorkRoom(Path directory) {
        this(directory, RESERVE);
    }

    /// @param reserve bytes that must stay free there
    WorkRoom(Path directory, long reserve) {
        this.directory = directory;
        this.reserve = reserve;
    }

    /// Looks once a second, however often it is asked.
    ///
    /// @throws Refused 507 `work-directory-full`
    void demand() throws IOException {
        long now = System.nanoTime();
        if (now - lookedAt < BETWEEN_LOOKS.toNanos()) {
            return;
        }
        lookedAt = now;
        long free = Files.getFileStore(directory).getUsableSpace();
        if (free < reserve) {
            throw new Refused(Problem.of(
                    507,
                    "work-directory-full",
                    "No room to work",
                    "The dump grows faster than the depot takes it, and only " + Progress.text(free)
                            + " are left in the worker's directory: give it more room (LOCKKEEPER_WORKER_DIRECTORY), dump"
                            + " fewer tables at a time, or in the format custom, which waits for the depot."));
        }
    }
}
