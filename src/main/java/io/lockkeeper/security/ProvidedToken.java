package io.lockkeeper.security;

import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/// The admin token that the operator brings along: in `LOCKKEEPER_ADMIN_TOKEN`, or in the file that
/// `LOCKKEEPER_ADMIN_TOKEN_FILE` names.
@Singleton
class ProvidedToken {
    private final Optional<String> value;
    private final Optional<Path> file;

    ProvidedToken(
            @ConfigProperty(name = "lockkeeper.admin-token") Optional<String> value,
            @ConfigProperty(name = "lockkeeper.admin-token-file") Optional<Path> file) {
        this.value = value;
        this.file = file;
    }

    /// @throws IllegalStateException for a token that could be guessed or a file that cannot be read: the start must
    /// fail
    Optional<String> read() {
        if (value.isPresent() && file.isPresent()) {
            throw new IllegalStateException(
                    "Both LOCKKEEPER_ADMIN_TOKEN and LOCKKEEPER_ADMIN_TOKEN_FILE are set; set one of them.");
        }
        Optional<String> token = value.or(() -> file.map(ProvidedToken::content));
        if (token.isPresent() && !BearerToken.isStrong(token.get())) {
            throw new IllegalStateException(
                    "The admin token is too weak: it needs at least 32 visible ASCII characters, of"
                            + " which 10 differ; make one with: openssl rand -base64 32");
        }
        return token;
    }

    private static String content(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException unreadable) {
            throw new IllegalStateException("The file of the admin token cannot be read: " + file, unreadable);
        }
    }
}
