package io.lockkeeper.depot;

import io.lockkeeper.http.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One configured key. The identity is read anew each time that it is used: it may be taken away, and a key
/// that is gone must be noticed while there is time.
final class Key {
    private static final int LARGEST_FILE = 8192;

    private final String id;
    private final String recipient;
    private final @Nullable String identity;
    private final @Nullable Path file;

    private Key(String id, String recipient, @Nullable String identity, @Nullable Path file) {
        this.id = id;
        this.recipient = recipient;
        this.identity = identity;
        this.file = file;
    }

    static Key of(String id, KeysConfig.OneKey config) {
        String property = "lockkeeper.keys." + Names.configured("lockkeeper.keys", id);
        if (config.identity().isPresent() && config.identityFile().isPresent()) {
            throw new IllegalStateException(property + ": give identity or identity-file, not both.");
        }
        Optional<String> identity =
                config.identity().or(() -> config.identityFile().map(file -> configured(property, file)));
        Optional<String> own = identity.map(text -> recipientOf(property, text));
        Optional<String> given = config.recipient().map(text -> checked(property, text));
        if (own.isEmpty() && given.isEmpty()) {
            throw new IllegalStateException(property + ": give recipient, identity or identity-file.");
        }
        if (own.isPresent() && given.isPresent() && !own.equals(given)) {
            throw new IllegalStateException(property + ": the identity and the recipient do not belong together.");
        }
        return new Key(
                id,
                own.or(() -> given).orElseThrow(),
                config.identity().map(String::strip).orElse(null),
                config.identityFile().orElse(null));
    }

    private static String configured(String property, Path file) {
        try {
            return read(file);
        } catch (IOException unusable) {
            throw new IllegalStateException(property + ".identity-file: " + unusable.getMessage() + ".");
        }
    }

    private static String recipientOf(String property, String identity) {
        try {
            return Age.recipientOf(identity.strip());
        } catch (GeneralSecurityException malformed) {
            throw new IllegalStateException(property + ": the identity is not one of age (AGE-SECRET-KEY-1...).");
        }
    }

    private static String checked(String property, String recipient) {
        try {
            Age.checkRecipient(recipient.strip());
            return recipient.strip();
        } catch (GeneralSecurityException malformed) {
            throw new IllegalStateException(property + ": the recipient is not one of age (age1...).");
        }
    }

    String id() {
        return id;
    }

    /// The public half.
    String recipient() {
        return recipient;
    }

    /// What opens that which was sealed for this recipient.
    String identity(@Nullable String sealedFor) {
        if (sealedFor != null && !sealedFor.equals(recipient)) {
            throw lost(id, "it is another key than the one that sealed (" + sealedFor + ")");
        }
        if (identity != null) {
            return identity;
        }
        if (file == null) {
            throw lost(id, "only its recipient is configured here, which seals and does not open");
        }
        try {
            String text = read(file);
            if (!Age.recipientOf(text).equals(recipient)) {
                throw lost(id, "its identity-file holds another key than it did when Lockkeeper started");
            }
            return text;
        } catch (IOException unreadable) {
            throw lost(id, unreadable.getMessage());
        } catch (GeneralSecurityException malformed) {
            throw lost(id, "its identity-file holds no identity of age");
        }
    }

    static DepotFailure.KeyLost lost(String id, String why) {
        return new DepotFailure.KeyLost(Problem.unprocessable(
                "key-lost",
                "What is sealed with the key " + id + " cannot be opened: " + why + ". Configure lockkeeper.keys." + id
                        + " with its identity again."));
    }

    /// The one identity in the file, in the form that age-keygen writes. What it says when it fails is a
    /// clause, and holds nothing of the file's content.
    private static String read(Path file) throws IOException {
        List<String> identities;
        try {
            Path real = file.toRealPath();
            if (!Files.isRegularFile(real) || Files.size(real) > LARGEST_FILE) {
                throw new IOException(file + " is not a file that could hold an identity");
            }
            if (Files.getPosixFilePermissions(real).contains(PosixFilePermission.OTHERS_WRITE)) {
                throw new IOException(file + " may be written by everybody");
            }
            try (InputStream in = Files.newInputStream(real)) {
                String text = new String(in.readNBytes(LARGEST_FILE), StandardCharsets.UTF_8);
                identities = text.lines()
                        .map(String::strip)
                        .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                        .toList();
            }
        } catch (java.nio.file.FileSystemException absent) {
            throw new IOException(file + " cannot be read");
        }
        if (identities.size() != 1) {
            throw new IOException(file + " must hold one identity, and holds " + identities.size());
        }
        return identities.getFirst();
    }

    @Override
    public String toString() {
        return "key " + id;
    }
}
