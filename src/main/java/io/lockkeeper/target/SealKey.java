package io.lockkeeper.target;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/// The key under which credentials are sealed. Its id tells keys apart without telling anything about them.
final class SealKey {
    private static final int BYTES = 32;

    private final SecretKey key;
    private final String id;

    SealKey(byte[] key) {
        if (key.length != BYTES) {
            throw new IllegalArgumentException("a seal key has " + BYTES + " bytes, written in base64");
        }
        this.key = new SecretKeySpec(key, "AES");
        this.id = HexFormat.of().formatHex(Arrays.copyOf(sha256(key), 6));
    }

    static SealKey parse(String base64) {
        try {
            return new SealKey(Base64.getDecoder().decode(base64.strip()));
        } catch (IllegalArgumentException malformed) {
            throw new IllegalArgumentException("a seal key has " + BYTES + " bytes, written in base64");
        }
    }

    String id() {
        return id;
    }

    SecretKey key() {
        return key;
    }

    private static byte[] sha256(byte[] key) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update("lockkeeper seal key id".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            return digest.digest(key);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    @Override
    public String toString() {
        return "seal key " + id;
    }
}
