package io.lockkeeper.security;

import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/// The admin token of a development machine: made once, kept in a file that only its owner can read.
@Singleton
class DevelopmentToken {
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");

    private final Path file;

    DevelopmentToken(@ConfigProperty(name = "lockkeeper.home", defaultValue = ".lockkeeper") Path home) {
        this.file = home.resolve("admin-token");
    }

    Optional<String> read() {
        try {
            String token = Files.exists(file) ? Files.readString(file).strip() : "";
            return BearerToken.parse(token).map(good -> token);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /// By a move, so that nobody ever sees half of it.
    String replace() {
        String token = BearerToken.text(1, BearerToken.freshSecret());
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Path fresh = file.resolveSibling("admin-token.new");
            Files.deleteIfExists(fresh);
            Files.createFile(fresh, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
            Files.writeString(fresh, token + "\n");
            Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING);
            return token;
        } catch (IOException unwritable) {
            throw new UncheckedIOException(unwritable);
        }
    }

    /// To the terminal and not to the log, which may go elsewhere.
    void show(String token) {
        System.out.println("Admin token: " + token + "  (kept in " + file + ")");
    }
}
