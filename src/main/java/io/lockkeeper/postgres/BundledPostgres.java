package io.lockkeeper.postgres;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/// The PostgreSQL server that comes as a Maven artifact: a `.txz` on the class path, one for each platform.
/// It is unpacked once, below a directory named after its contents; readable for all, because the server
/// may have to run as another user.
final class BundledPostgres {
    private BundledPostgres() {}

    /// The directory of its programs, or nothing when there is none for this platform.
    static Optional<Path> unpack(Path cache) throws IOException {
        String archive = "postgres-" + system() + "-" + architecture() + ".txz";
        if (BundledPostgres.class.getClassLoader().getResource(archive) == null) {
            return Optional.empty();
        }
        Path home = cache.resolve("postgres-" + checksum(archive));
        if (!Files.isDirectory(home)) {
            unpackAtOnce(archive, home);
        }
        return Optional.of(home.resolve("bin"));
    }

    /// Another process may do the same at this moment: unpack beside, then move; whoever comes second drops
    /// its own copy.
    private static void unpackAtOnce(String archive, Path home) throws IOException {
        Files.createDirectories(home.getParent());
        Path fresh = Files.createTempDirectory(home.getParent(), "unpacking-");
        try {
            Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rwxr-xr-x"));
            try (var tar = new TarArchiveInputStream(new XZInputStream(new BufferedInputStream(open(archive))))) {
                for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                    put(entry, tar, fresh);
                }
            }
            Files.move(fresh, home, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileAlreadyExistsException | DirectoryNotEmptyException second) {
            // The other one's copy is as good.
        } finally {
            delete(fresh);
        }
    }

    private static void put(TarArchiveEntry entry, InputStream contents, Path root) throws IOException {
        Path place = root.resolve(entry.getName()).normalize();
        if (!place.startsWith(root)) {
            throw new FileSystemException(entry.getName(), null, "leads out of the archive");
        }
        Files.createDirectories(entry.isDirectory() ? place : place.getParent());
        if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(place, Path.of(entry.getLinkName()));
        } else if (entry.isFile()) {
            Files.copy(contents, place);
            boolean program = (entry.getMode() & 0100) != 0;
            Files.setPosixFilePermissions(place, PosixFilePermissions.fromString(program ? "rwxr-xr-x" : "rw-r--r--"));
        }
    }

    private static String checksum(String archive) throws IOException {
        var checksum = new CRC32C();
        try (InputStream in = open(archive)) {
            checksum.update(in.readAllBytes());
        }
        return HexFormat.of().toHexDigits((int) checksum.getValue());
    }

    private static InputStream open(String archive) throws IOException {
        return BundledPostgres.class.getClassLoader().getResource(archive).openStream();
    }

    private static String system() {
        return System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("mac") ? "darwin" : "linux";
    }

    private static String architecture() {
        return System.getProperty("os.arch").matches("aarch64|arm64") ? "arm_64" : "x86_64";
    }

    static void delete(Path tree) throws IOException {
        if (Files.notExists(tree)) {
            return;
        }
        try (Stream<Path> all = Files.walk(tree)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
