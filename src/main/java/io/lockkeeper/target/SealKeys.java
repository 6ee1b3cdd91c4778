package io.lockkeeper.target;

import io.quarkus.logging.Log;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;

/// Where this installation's seal key comes from. A key is never made silently: only a developer's
/// Lockkeeper makes one, and it says so.
final class SealKeys {
    private SealKeys() {}

    static Optional<SealKey> configured(SealConfig config) {
        if (config.key().isPresent() && config.keyFile().isPresent()) {
            throw new IllegalStateException("Set LOCKKEEPER_SEAL_KEY or LOCKKEEPER_SEAL_KEY_FILE, not both.");
        }
        if (config.keyFile().isPresent()) {
            return Optional.of(read(config.keyFile().get()));
        }
        return config.key().map(key -> parse(key, "LOCKKEEPER_SEAL_KEY"));
    }

    /// The key in this file, which is made on the first start.
    static SealKey kept(Path file) {
        try {
            if (Files.notExists(file)) {
                make(file);
            }
            return read(file);
        } catch (IOException e) {
            throw new IllegalStateException("The seal key cannot be kept in " + file + ": " + e, e);
        }
    }

    /// Complete and private from its first moment on, and of two processes that start at once only one makes it.
    private static void make(Path file) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        byte[] key = new byte[32];
        new SecureRandom().nextBytes(key);
        var ownerOnly = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        Path draft = Files.createTempFile(file.toAbsolutePath().getParent(), "seal-key", "", ownerOnly);
        try {
            Files.writeString(draft, Base64.getEncoder().encodeToString(key) + "\n");
            Files.createLink(file, draft);
            Log.infof(
                    "A key for sealing credentials was made in %s. Whoever has it and the store can read them.", file);
        } catch (FileAlreadyExistsException theOtherOneWasFirst) {
            Log.debugf("The seal key %s was made by another process.", file);
        } finally {
            Files.delete(draft);
        }
    }

    private static SealKey read(Path file) {
        try {
            return parse(Files.readString(file), file.toString());
        } catch (IOException e) {
            throw new IllegalStateException("The seal key cannot be read from " + file + ": " + e, e);
        }
    }

    private static SealKey parse(String text, String from) {
        try {
            return SealKey.parse(text);
        } catch (IllegalArgumentException malformed) {
            throw new IllegalStateException(from + " cannot be used: " + malformed.getMessage() + ".");
        }
    }
}
