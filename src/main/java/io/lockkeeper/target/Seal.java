package io.lockkeeper.target;

import io.lockkeeper.postgres.Secret;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;

/// Keeps secrets at rest: AES-256-GCM with a fresh nonce, bound to the target and field that they belong to, so that a
/// sealed text is worth nothing in another row. Written `v1:<key id>:<nonce>:<ciphertext>`.
final class Seal {
    private static final String VERSION = "v1";
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final SealKey key;

    Seal(SealKey key) {
        this.key = key;
    }

    /// The sealed text cannot be opened: another key, another place, or it was changed.
    static final class Broken extends RuntimeException {
        Broken(String sentence) {
            super(sentence);
        }
    }

    String close(String target, String field, Secret secret) {
        byte[] nonce = new byte[NONCE_BYTES];
        RANDOM.nextBytes(nonce);
        byte[] text = secret.reveal().getBytes(StandardCharsets.UTF_8);
        try {
            return String.join(
                    ":",
                    VERSION,
                    key.id(),
                    base64(nonce),
                    base64(run(Cipher.ENCRYPT_MODE, nonce, target, field, text)));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    Secret open(String target, String field, String sealed) {
        String[] parts = sealed.split(":", -1);
        if (parts.length != 4 || !parts[0].equals(VERSION)) {
            throw new Broken("The sealed credential of " + target + " is not in a form that is known here.");
        }
        if (!parts[1].equals(key.id())) {
            throw new Broken("The credential of " + target + " was sealed with the key " + parts[1]
                    + ", and this Lockkeeper has the key " + key.id() + ".");
        }
        try {
            byte[] text = run(Cipher.DECRYPT_MODE, bytes(parts[2]), target, field, bytes(parts[3]));
            return new Secret(new String(text, StandardCharsets.UTF_8));
        } catch (GeneralSecurityException | IllegalArgumentException changed) {
            throw new Broken("The sealed credential of " + target + " was changed, or belongs to another target.");
        }
    }

    private byte[] run(int mode, byte[] nonce, String target, String field, byte[] text)
            throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key.key(), new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(String.join("\0", "lockkeeper", VERSION, key.id(), target, field)
                .getBytes(StandardCharsets.UTF_8));
        return cipher.doFinal(text);
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static byte[] bytes(String base64) {
        return Base64.getUrlDecoder().decode(base64);
    }
}
