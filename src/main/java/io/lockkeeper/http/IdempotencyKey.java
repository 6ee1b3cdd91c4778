package io.lockkeeper.http;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The name that a caller gave to one attempt to create something, and a digest (hexadecimal SHA-256) of what they
/// asked for: the same key with another digest is a mistake that must be told.
public record IdempotencyKey(String value, String digest) {
    public static final String HEADER = "Idempotency-Key";
    public static final String REPLAYED = "Idempotency-Replayed";

    private static final Pattern VISIBLE = Pattern.compile("[\\x21-\\x7E]{1,255}");

    public static Optional<IdempotencyKey> of(@Nullable List<String> header, String method, String path, byte[] body) {
        return value(header).map(value -> new IdempotencyKey(value, digest(method, path, body)));
    }

    public byte[] digestBytes() {
        return HexFormat.of().parseHex(digest);
    }

    /// What to answer when the key was used for something else before.
    public static Refused reused() {
        return new Refused(Problem.of(
                422,
                "idempotency-key-reused",
                "Idempotency key was used before",
                "This Idempotency-Key was used for another request; take a new key for a new request."));
    }

    private static Optional<String> value(@Nullable List<String> header) {
        if (header == null || header.isEmpty()) {
            return Optional.empty();
        }
        if (header.size() > 1 || !VISIBLE.matcher(header.getFirst()).matches()) {
            throw new Refused(Problem.badHeader(HEADER, "must be one value of 1 to 255 visible ASCII characters"));
        }
        return Optional.of(header.getFirst());
    }

    private static String digest(String method, String path, byte[] body) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update((method + " " + path + "\n").getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest.digest(body));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
