package io.lockkeeper.postgres;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/// A directory of this instance, below a root that other instances use in the same way. The instance holds a lock on
/// it for as long as it lives: what nobody holds was left behind by a crash, and goes.
public final class HeldDirectory implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(HeldDirectory.class);
    private static final String LOCK = ".held";

    /// Those of this process. They are not tried: to close a file is to lose all locks that the process has on it.
    private static final Set<Path> OURS = ConcurrentHashMap.newKeySet();

    private final Path path;
    private final FileChannel held;

    /// What has to happen before a directory that was left behind can be removed.
    @FunctionalInterface
    public interface Farewell {
        void to(Path orphan) throws IOException;
    }

    private HeldDirectory(Path path, FileChannel held) {
        this.path = path;
        this.held = held;
    }

    /// A fresh one; what was left behind goes first.
    ///
    /// @param permissions of the root and of the directory, such as `rwx------`
    public static HeldDirectory open(Path root, String permissions, Farewell farewell) throws IOException {
        Set<PosixFilePermission> wanted = PosixFilePermissions.fromString(permissions);
        FileAttribute<?> attribute = PosixFilePermissions.asFileAttribute(wanted);
        Files.createDirectories(root.toAbsolutePath().getParent()); // others may have to get to what lies beside
        Files.createDirectories(root, attribute);
        synchronized (OURS) { // a lock on a file holds between processes only
            try (FileChannel gate = channel(root.resolve(".gate"));
                    FileLock _ = gate.lock()) {
                removeOrphans(root, farewell);
                Path fresh =
                        Files.createDirectory(root.resolve(UUID.randomUUID().toString()), attribute);
                FileChannel held = channel(fresh.resolve(LOCK));
                held.lock();
                OURS.add(fresh);
                return new HeldDirectory(fresh, held);
            }
        }
    }

    /// Only removes what was left behind.
    public static void sweep(Path root, Farewell farewell) throws IOException {
        if (Files.notExists(root)) {
            return;
        }
        synchronized (OURS) {
            try (FileChannel gate = channel(root.resolve(".gate"));
                    FileLock _ = gate.lock()) {
                removeOrphans(root, farewell);
            }
        }
    }

    public Path path() {
        return path;
    }

    /// Removes the directory with all that is in it.
    @Override
    public void close() {
        remove(path);
        try {
            held.close();
        } catch (IOException gone) {
            LOG.debugf(gone, "closing the lock of %s", path);
        }
        OURS.remove(path);
    }

    /// What cannot be removed now is removed by a later start: no outcome hangs on it.
    public static void remove(Path tree) {
        try (Stream<Path> all = Files.walk(tree)) {
            List<Path> deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
            for (Path path : deepestFirst) {
                Files.deleteIfExists(path);
            }
        } catch (NoSuchFileException gone) {
            LOG.debugf("%s is gone already", tree);
        } catch (IOException | UncheckedIOException stays) {
            LOG.warnf("%s could not be removed: %s", tree, stays);
        }
    }

    /// One instance at a time, so that nobody takes a directory whose owner has not locked it yet for an orphan.
    private static void removeOrphans(Path root, Farewell farewell) throws IOException {
        try (Stream<Path> entries = Files.list(root)) {
            for (Path orphan : entries.filter(Files::isDirectory).toList()) {
                if (isOrphan(orphan)) {
                    LOG.infof("removing %s, left behind by an instance that is gone", orphan);
                    farewell.to(orphan);
                    remove(orphan);
                }
            }
        }
    }

    private static boolean isOrphan(Path directory) throws IOException {
        if (OURS.contains(directory)) {
            return false;
        }
        try (FileChannel channel = channel(directory.resolve(LOCK));
                FileLock lock = channel.tryLock()) {
            return lock != null;
        }
    }

    private static FileChannel channel(Path file) throws IOException {
        return FileChannel.open(file, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE));
    }
}
