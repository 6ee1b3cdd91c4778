package io.lockkeeper.job.engine;

import io.lockkeeper.postgres.HeldDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/// The directories of running jobs, below one of this instance.
final class JobDirectories {
    private static final String OURS_ALONE = "rwx------";
    private static final FileAttribute<?> PRIVATE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(OURS_ALONE));

    private final Path root;
    private HeldDirectory own;

    JobDirectories(Path root) {
        this.root = root.toAbsolutePath().normalize();
    }

    synchronized Path make(long job, int lease) throws IOException {
        if (own == null) {
            own = HeldDirectory.open(root, OURS_ALONE, orphan -> {});
        }
        return Files.createDirectory(own.path().resolve(job + "-" + lease), PRIVATE);
    }

    void remove(Path directory) {
        HeldDirectory.remove(directory);
    }

    synchronized void close() {
        if (own != null) {
            own.close();
            own = null;
        }
    }
}
