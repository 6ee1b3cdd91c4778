package io.lockkeeper.target;

import io.lockkeeper.postgres.Secret;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/// Files below one directory, such as a mounted Kubernetes secret. Links inside it are followed, links out
/// of it are not.
record FileSecrets(Path root) implements SecretStore {
    private static final Pattern KEY = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]*(?:/[A-Za-z0-9_][A-Za-z0-9._-]*)*");
    private static final int LARGEST = 8192;

    FileSecrets {
        if (!Files.isDirectory(root)) {
            throw new IllegalStateException("lockkeeper.secrets.file.root=" + root + " is not a directory.");
        }
    }

    @Override
    public String name() {
        return "file";
    }

    @Override
    public Optional<String> objection(String key) {
        return KEY.matcher(key).matches()
                ? Optional.empty()
                : Optional.of(
                        "a path below the store's root, of letters, digits, . _ - and /, with no part that begins with a dot");
    }

    @Override
    public Optional<Secret> read(String key) {
        try {
            Path file = root.resolve(key).toRealPath();
            if (!file.startsWith(root.toRealPath()) || !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                return Optional.empty();
            }
            try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
                byte[] bytes = in.readNBytes(LARGEST + 1);
                return bytes.length > LARGEST ? Optional.empty() : text(bytes);
            }
        } catch (IOException unreadable) {
            return Optional.empty();
        }
    }

    private static Optional<Secret> text(byte[] bytes) throws IOException {
        String text = StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes))
                .toString();
        String line = text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
        line = line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
        return line.isEmpty() ? Optional.empty() : Optional.of(new Secret(line));
    }
}
