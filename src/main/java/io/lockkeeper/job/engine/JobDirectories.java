package io.lockkeeper.job.engine;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/// The directories of running jobs, below one of this instance. An instance holds a lock on its own for as long as it
/// lives: what nobody holds was left behind by a crash, and goes.
final class JobDirectories {
    private static final Logger LOG = Logger.getLogger(JobDirectories.class);
    private static final FileAttribute<?> OURS_ALONE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final String LOCK = ".held";

    private final Path root;
    private Path own;
    private FileChannel held;

    JobDirectories(Path root) {
        this.root = root.toAbsolutePath().normalize();
    }

    synchronized Path make(long job, int lease) throws IOException {
        if (own == null) {
            open();
        }
        return Files.createDirectory(own.resolve(job + "-" + lease), OURS_ALONE);
    }

    /// One instance at a time, so that nobody takes a directory whose owner has not locked it yet for an orphan.
    private void open() throws IOException {
        Files.createDirectories(root, OURS_ALONE);
        synchronized (LOCK) { // a lock on a file holds between processes only
            try (FileChannel gate = channel(root.resolve(".gate"));
                    FileLock _ = gate.lock()) {
                sweep();
                Path fresh =
                        Files.createDirectory(root.resolve(UUID.randomUUID().toString()), OURS_ALONE);
                held = channel(fresh.resolve(LOCK));
                held.lock();
                own = fresh;
            }
        }
    }

    private void sweep() throws IOException {
        try (Stream<Path> entries = Files.list(root)) {
            for (Path orphan : entries.filter(Files::isDirectory).toList()) {
                if (isOrphan(orphan)) {
                    LOG.infof("removing %s, left behind by an instance that is gone", orphan);
                    remove(orphan);
                }
            }
        }
    }

    private static boolean isOrphan(Path directory) throws IOException {
        try (FileChannel channel = channel(directory.resolve(LOCK));
                FileLock lock = channel.tryLock()) {
            return lock != null;
        } catch (OverlappingFileLockException ofThisProcess) {
            return false;
        }
    }

    private static FileChannel channel(Path file) throws IOException {
        return FileChannel.open(file, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE));
    }

    /// What cannot be removed now is removed by a later start: a job's outcome does not hang on it.
    void remove(Path directory) {
        try (Stream<Path> tree = Files.walk(directory)) {
            List<Path> deepestFirst = tree.sorted(Comparator.reverseOrder()).toList();
            for (Path path : deepestFirst) {
                Files.deleteIfExists(path);
            }
        } catch (IOException | java.io.UncheckedIOException stays) {
            LOG.warnf("%s could not be removed: %s", directory, stays);
        }
    }

    synchronized void close() {
        if (own == null) {
            return;
        }
        remove(own);
        try {
            held.close();
        } catch (IOException gone) {
            LOG.debugf(gone, "closing the lock of %s", own);
        }
        own = null;
    }
}
