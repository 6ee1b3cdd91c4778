package io.lockkeeper.security;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A bearer token as it is presented: `lk_<id>_<secret>`, where the secret is 256 random bits and the id is for
/// people (and for scanners of leaked secrets) only; or any other text of at least 32 characters, for the admin token
/// that an operator brings along. Known is only its hash; the text never shows itself.
final class BearerToken {
    static final int LEAST_LENGTH = 32;

    private static final int MOST_LENGTH = 512;
    private static final int LEAST_VARIETY = 10;
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Pattern OURS = Pattern.compile("lk_[0-9]{1,19}_([A-Za-z0-9_-]{43})");
    private static final Pattern VISIBLE = Pattern.compile("[\\x21-\\x7E]{" + LEAST_LENGTH + "," + MOST_LENGTH + "}");

    private final byte[] hash;

    private BearerToken(byte[] hash) {
        this.hash = hash;
    }

    /// Empty for what cannot be a token at all, so that garbage costs no question to the store.
    static Optional<BearerToken> parse(String text) {
        Matcher ours = OURS.matcher(text);
        if (ours.matches()) {
            return Optional.of(ofSecret(ours.group(1)));
        }
        return VISIBLE.matcher(text).matches() ? Optional.of(ofSecret(text)) : Optional.empty();
    }

    static BearerToken ofSecret(String secret) {
        return new BearerToken(sha256(secret));
    }

    static String freshSecret() {
        byte[] bits = new byte[32];
        RANDOM.nextBytes(bits);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bits);
    }

    static String text(long id, String secret) {
        return "lk_" + id + "_" + secret;
    }

    /// Whether a text that a person chose is long and varied enough to be a token. It cannot tell chance from a
    /// pattern.
    static boolean isStrong(String text) {
        return VISIBLE.matcher(text).matches() && text.chars().distinct().count() >= LEAST_VARIETY;
    }

    byte[] hash() {
        return hash.clone();
    }

    /// In constant time.
    boolean hasHash(byte[] other) {
        return MessageDigest.isEqual(hash, other);
    }

    @Override
    public String toString() {
        return "lk_***";
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
