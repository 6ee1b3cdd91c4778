package io.lockkeeper.backup;

import io.lockkeeper.depot.ArtifactReader;
import io.lockkeeper.depot.StoredFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/// A backup as its tool wrote it: opened, unpacked, and every byte of it compared with the digests while it
/// is read. What was read counts once the reading has come to its end.
final class BackupContent {
    private static final List<String> BESIDE_THE_DUMP = List.of(LogicalBackup.GLOBALS, LogicalBackup.FINGERPRINT);

    private final ArtifactReader reader;

    BackupContent(ArtifactReader reader) {
        this.reader = reader;
    }

    /// The files of the dump, as `pg_restore` wants to find them.
    void unpack(Path directory) throws IOException {
        each((name, size, content) -> {
            try (OutputStream out = Files.newOutputStream(directory.resolve(name))) {
                content.transferTo(out);
            }
        });
    }

    /// The same as one tar.
    void tarTo(OutputStream out) throws IOException {
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(out, "UTF-8")) {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
            each((name, size, content) -> {
                TarArchiveEntry entry = new TarArchiveEntry(name);
                entry.setSize(size);
                entry.setMode(0600);
                tar.putArchiveEntry(entry);
                content.transferTo(tar);
                tar.closeArchiveEntry();
            });
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

    private void each(Taker taker) throws IOException {
        for (StoredFile file : reader.manifest().files()) {
            if (file.name().equals(GrowingDump.SMALL)) {
                eachSmall(taker);
            } else if (!BESIDE_THE_DUMP.contains(file.name())) {
                try (InputStream in = reader.open(file.name())) {
                    taker.take(file.name(), file.bytes(), in);
                }
            }
        }
    }

    private void eachSmall(Taker taker) throws IOException {
        try (InputStream in = reader.open(GrowingDump.SMALL);
                TarArchiveInputStream tar = new TarArchiveInputStream(in, "UTF-8")) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                taker.take(plain(entry.getName()), entry.getSize(), tar);
            }
            in.skip(Long.MAX_VALUE); // to the end, where the digest is compared
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
