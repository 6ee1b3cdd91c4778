package io.lockkeeper.backup;

import io.lockkeeper.depot.ArtifactReader;
import io.lockkeeper.depot.StoredFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongConsumer;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/// A backup as its tool wrote it: opened, unpacked, and every byte of it compared with the digests while it
/// is read. What was read counts once the reading has come to its end.
public final class BackupContent {
    private static final List<String> BESIDE_THE_DUMP = List.of(LogicalBackup.GLOBALS, LogicalBackup.FINGERPRINT);

    private static final int CHUNK = 256 * 1024;

    private final ArtifactReader reader;

    BackupContent(ArtifactReader reader) {
        this.reader = reader;
    }

    /// The files of the dump, as `pg_restore` wants to find them, into a directory that is there. Several threads may
    /// [run][Unpacking#run] it at once: each takes the largest file that nobody has taken.
    public Unpacking unpacking(Path directory) {
        return new Unpacking(directory);
    }

    /// Files on their way into a directory.
    public final class Unpacking {
        private final Path directory;
        private final Queue<StoredFile> waiting = new ConcurrentLinkedQueue<>(dumped().stream()
                .sorted(Comparator.comparingLong(StoredFile::bytes).reversed())
                .toList());

        private Unpacking(Path directory) {
            this.directory = directory;
        }

        /// Returns when no file is left to be taken.
        ///
        /// @param written is told of each piece how many bytes it had; what it throws ends the unpacking
        public void run(LongConsumer written) throws IOException {
            byte[] buffer = new byte[CHUNK];
            for (StoredFile file = waiting.poll(); file != null; file = waiting.poll()) {
                each(file, (name, size, content) -> write(directory.resolve(name), content, buffer, written));
            }
        }
    }

    private static void write(Path file, InputStream content, byte[] buffer, LongConsumer written) throws IOException {
        try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.CREATE_NEW)) {
            for (int got = content.read(buffer); got >= 0; got = content.read(buffer)) {
                out.write(buffer, 0, got);
                written.accept(got);
            }
        }
    }

    /// A physical backup as a data directory again, and one directory for each tablespace beside it.
    ///
    /// @return what is wrong with it, in one sentence; nothing: it is what the server said it sent, all of it
    public Optional<String> unpackCluster(Path data, Path tablespaces, LongConsumer written) throws IOException {
        return new ClusterFiles(reader, data, tablespaces, written).unpack();
    }

    /// Where `pg_restore` or `psql` finds a dump that was unpacked.
    public static Path dumpIn(Path directory, BackupSpec.Format format) {
        return switch (format) {
            case DIRECTORY, TAR -> directory;
            case CUSTOM -> directory.resolve(LogicalBackup.CUSTOM);
            case PLAIN -> directory.resolve(LogicalBackup.PLAIN);
        };
    }

    /// What is remembered of the content, as JSON; none for copies of files.
    public Optional<String> fingerprint() throws IOException {
        return text(LogicalBackup.FINGERPRINT);
    }

    /// Roles and tablespaces as SQL, if they were asked for.
    public Optional<String> globals() throws IOException {
        return text(LogicalBackup.GLOBALS);
    }

    private Optional<String> text(String file) throws IOException {
        if (!has(file)) {
            return Optional.empty();
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        copyTo(file, bytes);
        return Optional.of(bytes.toString(StandardCharsets.UTF_8));
    }

    /// The same as one tar.
    void tarTo(OutputStream out) throws IOException {
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(out, "UTF-8")) {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
            Taker taker = (name, size, content) -> {
                TarArchiveEntry entry = new TarArchiveEntry(name);
                entry.setSize(size);
                entry.setMode(0600);
                tar.putArchiveEntry(entry);
                content.transferTo(tar);
                tar.closeArchiveEntry();
            };
            for (StoredFile file : dumped()) {
                each(file, taker);
            }
        }
    }

    void copyTo(String file, OutputStream out) throws IOException {
        try (InputStream in = reader.open(file)) {
            in.transferTo(out);
        }
    }

    boolean has(String file) {
        return reader.manifest().file(file).isPresent();
    }

    private interface Taker {
        void take(String name, long size, InputStream content) throws IOException;
    }

    private List<StoredFile> dumped() {
        return reader.manifest().files().stream()
                .filter(file -> !BESIDE_THE_DUMP.contains(file.name()))
                .toList();
    }

    private void each(StoredFile file, Taker taker) throws IOException {
        if (file.name().equals(GrowingDump.SMALL)) {
            eachSmall(taker);
        } else {
            try (InputStream in = reader.open(file.name())) {
                taker.take(file.name(), file.bytes(), in);
            }
        }
    }

    private void eachSmall(Taker taker) throws IOException {
        try (InputStream in = reader.open(GrowingDump.SMALL)) {
            try {
                eachSmall(in, taker);
            } catch (IOException unreadable) {
                in.skip(Long.MAX_VALUE); // if the digest is another one, that is what is wrong, and is thrown
                throw unreadable;
            }
            in.skip(Long.MAX_VALUE); // to the end, where the digest is compared
        }
    }

    private static void eachSmall(InputStream in, Taker taker) throws IOException {
        TarArchiveInputStream tar = new TarArchiveInputStream(in, "UTF-8"); // the stream is not ours to close
        for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
            taker.take(plain(entry.getName()), entry.getSize(), tar);
        }
    }

    /// We wrote these names; a path here would mean that somebody else did.
    private static String plain(String name) throws IOException {
        if (!name.matches("[A-Za-z0-9_.-]+") || name.startsWith(".")) {
            throw new IOException("the backup holds a file with a name that is none of ours");
        }
        return name;
    }
}
