package io.lockkeeper.depot;

import com.exceptionfactory.jagged.FileKey;
import com.exceptionfactory.jagged.RecipientStanzaReader;
import com.exceptionfactory.jagged.bech32.Bech32;
import com.exceptionfactory.jagged.bech32.Bech32Address;
import com.exceptionfactory.jagged.framework.stream.StandardDecryptingChannelFactory;
import com.exceptionfactory.jagged.framework.stream.StandardEncryptingChannelFactory;
import com.exceptionfactory.jagged.x25519.X25519RecipientStanzaReaderFactory;
import com.exceptionfactory.jagged.x25519.X25519RecipientStanzaWriterFactory;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.math.BigInteger;
import java.nio.channels.Channels;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.spec.NamedParameterSpec;
import java.security.spec.XECPrivateKeySpec;
import java.security.spec.XECPublicKeySpec;
import java.util.List;
import javax.crypto.KeyAgreement;

/// The format of age (age-encryption.org/v1) with X25519: a fresh key a file, then chunks of 64 KiB, each
/// sealed with ChaCha20-Poly1305 and bound to its place and to being the last one.
final class Age {
    static final String SUFFIX = ".age";
    private static final String IDENTITY = "AGE-SECRET-KEY-";
    private static final String RECIPIENT = "age";
    private static final BigInteger BASE_POINT = BigInteger.valueOf(9);

    private Age() {}

    static OutputStream sealing(OutputStream out, String recipient) throws IOException {
        try {
            var stanzas = X25519RecipientStanzaWriterFactory.newRecipientStanzaWriter(recipient);
            return Channels.newOutputStream(new StandardEncryptingChannelFactory()
                    .newEncryptingChannel(new Streams.Sink(out), List.of(stanzas)));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("Sealing for " + recipient + " failed.", impossible);
        }
    }

    /// @throws GeneralSecurityException if the file's head does not belong to this identity, or was changed
    static InputStream opening(InputStream in, String identity) throws IOException, GeneralSecurityException {
        RecipientStanzaReader stanzas = X25519RecipientStanzaReaderFactory.newRecipientStanzaReader(identity);
        return Channels.newInputStream(
                new StandardDecryptingChannelFactory().newDecryptingChannel(new Streams.Source(in), List.of(stanzas)));
    }

    /// The other half of an identity.
    static String recipientOf(String identity) throws GeneralSecurityException {
        KeyFactory keys = KeyFactory.getInstance("X25519");
        KeyAgreement agreement = KeyAgreement.getInstance("X25519");
        agreement.init(
                keys.generatePrivate(new XECPrivateKeySpec(NamedParameterSpec.X25519, decoded(identity, IDENTITY))));
        agreement.doPhase(keys.generatePublic(new XECPublicKeySpec(NamedParameterSpec.X25519, BASE_POINT)), true);
        return Bech32.getEncoder().encode(RECIPIENT, agreement.generateSecret()).toString();
    }

    /// Tries it, because a point of low order is well-formed and seals nothing.
    static void checkRecipient(String recipient) throws GeneralSecurityException {
        decoded(recipient, RECIPIENT);
        X25519RecipientStanzaWriterFactory.newRecipientStanzaWriter(recipient).getRecipientStanzas(new FileKey());
    }

    private static byte[] decoded(String text, String kind) throws GeneralSecurityException {
        try {
            Bech32Address address = Bech32.getDecoder().decode(text);
            if (address.getHumanReadablePart().toString().equals(kind) && address.getData().length == 32) {
                return address.getData();
            }
        } catch (IllegalArgumentException malformed) {
            throw new GeneralSecurityException("malformed"); // what it says would quote the key
        }
        throw new GeneralSecurityException("of another kind");
    }
}
