package io.lockkeeper.backup;

import io.lockkeeper.depot.ArtifactReader;
import io.lockkeeper.depot.StoredFile;
import io.lockkeeper.postgres.WalSegment;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.regex.Pattern;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/// Makes a data directory of a physical backup again. Every file is compared with what the server said of it when it
/// was copied. Nothing is written outside of the two directories, whatever the archives say; links are not followed,
/// for none are made before all is there.
final class ClusterFiles {
    private static final String MANIFEST = "backup_manifest";
    private static final String MAP = "tablespace_map";
    private static final String TAR = ".tar";
    private static final Pattern TABLESPACE = Pattern.compile("[1-9][0-9]{0,9}\\.tar");
    private static final Pattern LINK = Pattern.compile("\\./?pg_tblspc/[0-9]+|pg_tblspc/[0-9]+");
    private static final int BUFFER = 256 * 1024;

    private final ArtifactReader reader;
    private final Path data;
    private final Path tablespaces;
    private final LongConsumer written;
    private final Map<String, FilesSeen.File> seen = new HashMap<>();
    private final Map<String, Long> log = new HashMap<>();
    private final byte[] buffer = new byte[BUFFER];

    ClusterFiles(ArtifactReader reader, Path data, Path tablespaces, LongConsumer written) {
        this.reader = reader;
        this.data = data;
        this.tablespaces = tablespaces;
        this.written = written;
    }

    /// @return what is wrong with them, in one sentence
    Optional<String> unpack() throws IOException {
        try {
            BackupManifest manifest = manifest();
            List<String> spaces = new ArrayList<>();
            for (StoredFile file : reader.manifest().files()) {
                String name = file.name();
                if (TABLESPACE.matcher(name).matches()) {
                    String oid = name.substring(0, name.length() - TAR.length());
                    spaces.add(oid);
                    unpack(name, tablespaces.resolve(oid), "pg_tblspc/" + oid + "/");
                } else if (name.equals(GrowingTars.LOG)) {
                    unpackLog(name);
                } else if (name.endsWith(TAR)) {
                    unpack(name, data, "");
                }
            }
            Optional<String> difference = manifest.difference(seen).or(() -> missingLog(manifest));
            if (difference.isEmpty() && !spaces.isEmpty()) {
                moveTablespaces(spaces);
            }
            return difference;
        } catch (NotWhole broken) {
            return Optional.of(broken.getMessage());
        }
    }

    /// What an archive holds makes no cluster.
    private static final class NotWhole extends RuntimeException {
        NotWhole(String sentence) {
            super(sentence, null, false, false);
        }
    }

    private BackupManifest manifest() throws IOException {
        if (reader.manifest().file(MANIFEST).isEmpty()) {
            throw new NotWhole("the backup holds no " + MANIFEST);
        }
        byte[] bytes;
        try (InputStream in = reader.open(MANIFEST)) {
            bytes = in.readAllBytes();
        }
        try {
            return BackupManifest.parse(bytes);
        } catch (IOException | IllegalArgumentException broken) {
            throw new NotWhole(broken.getMessage());
        }
    }

    private void unpack(String name, Path root, String prefix) throws IOException {
        each(name, root, (entry, path) -> {
            if (seen.put(prefix + path, write(entry, root.resolve(path))) != null) {
                throw new NotWhole("the file " + prefix + path + " is there twice");
            }
        });
    }

    private void unpackLog(String name) throws IOException {
        Path root = data.resolve("pg_wal");
        each(
                name,
                root,
                (entry, path) -> log.put(path, write(entry, root.resolve(path)).size()));
    }

    private interface Taker {
        void take(TarArchiveInputStream entry, String path) throws IOException;
    }

    private void each(String name, Path root, Taker taker) throws IOException {
        Files.createDirectories(root);
        try (InputStream in = reader.open(name)) {
            TarArchiveInputStream tar = new TarArchiveInputStream(in, "UTF-8");
            for (TarArchiveEntry entry = next(tar, name); entry != null; entry = next(tar, name)) {
                Path place = place(entry, root, name);
                if (entry.isDirectory()) {
                    Files.createDirectories(place);
                } else if (entry.isSymbolicLink()
                        && LINK.matcher(entry.getName()).matches()) {
                    continue; // where a tablespace was on the machine that was copied
                } else if (entry.isFile() && !entry.isLink()) {
                    Files.createDirectories(place.getParent());
                    taker.take(tar, root.relativize(place).toString());
                } else {
                    throw new NotWhole(
                            name + " holds something that is neither file nor directory: " + entry.getName());
                }
            }
            in.skip(Long.MAX_VALUE); // to the end, where the digest is compared
        }
    }

    private static TarArchiveEntry next(TarArchiveInputStream tar, String name) throws IOException {
        try {
            TarArchiveEntry entry = tar.getNextEntry();
            if (entry != null && !entry.isCheckSumOK()) {
                throw new NotWhole("in " + name + " the head of an entry is damaged");
            }
            return entry;
        } catch (IOException | IllegalArgumentException unreadable) {
            throw new NotWhole(name + " is no readable archive: " + unreadable.getMessage());
        }
    }

    private static Path place(TarArchiveEntry entry, Path root, String name) {
        try {
            Path place = root.resolve(entry.getName()).normalize();
            if (place.startsWith(root) && !Path.of(entry.getName()).isAbsolute()) {
                return place;
            }
        } catch (InvalidPathException strange) {
            // As bad as one that leads elsewhere.
        }
        throw new NotWhole(name + " holds a file that would lie outside of the cluster");
    }

    private FilesSeen.File write(InputStream content, Path place) throws IOException {
        MessageDigest digest = FilesSeen.sha256();
        long size = 0;
        try (OutputStream out = Files.newOutputStream(place, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (int length = read(content); length >= 0; length = read(content)) {
                digest.update(buffer, 0, length);
                out.write(buffer, 0, length);
                size += length;
                written.accept(length);
            }
        } catch (FileAlreadyExistsException twice) {
            throw new NotWhole("the file " + place.getFileName() + " is there twice");
        }
        return new FilesSeen.File(size, HexFormat.of().formatHex(digest.digest()));
    }

    /// What cannot be read out of an archive is the archive's fault; what cannot be written is the disk's.
    private int read(InputStream content) {
        try {
            return content.read(buffer);
        } catch (IOException damaged) {
            throw new NotWhole("an archive of the backup cannot be read to its end: " + damaged.getMessage());
        }
    }

    /// A cluster's segments all have one size.
    private Optional<String> missingLog(BackupManifest manifest) {
        long segment = log.entrySet().stream()
                .filter(file -> WalSegment.isName(file.getKey()))
                .mapToLong(Map.Entry::getValue)
                .max()
                .orElse(0);
        if (Long.bitCount(segment) != 1) {
            return Optional.of("the log that belongs to the backup is missing");
        }
        Set<String> whole = new HashSet<>();
        log.forEach((name, size) -> {
            if (size == segment) {
                whole.add(name);
            }
        });
        return LogTar.missing(whole, manifest, segment).map(name -> "the log's segment " + name + " is missing");
    }

    /// Where they were, the source still has them.
    private void moveTablespaces(List<String> oids) throws IOException {
        StringBuilder map = new StringBuilder();
        for (String oid : oids) {
            map.append(oid).append(' ').append(tablespaces.resolve(oid)).append('\n');
        }
        if (map.toString().lines().count() != oids.size()) {
            throw new FileSystemException(tablespaces.toString(), null, "holds a line break");
        }
        Files.writeString(data.resolve(MAP), map);
    }
}
