package io.lockkeeper.postgres;

import java.security.cert.CertificateException;
import java.util.Objects;

/// What a connection demands of TLS. `ca` holds PEM certificates, or is null for the system's trust store.
public record Tls(TlsMode mode, String ca) {
    public static final Tls DISABLED = new Tls(TlsMode.DISABLE, null);

    public Tls {
        Objects.requireNonNull(mode);
        if (mode == TlsMode.VERIFY_CA && ca == null) {
            throw new IllegalArgumentException(
                    "verify-ca needs a CA: every public certificate would pass the system's trust store");
        }
    }

    /// Whether a text can be the `ca`.
    public static boolean holdsCertificates(String pem) {
        try {
            return !ServerTrust.certificates(pem).isEmpty();
        } catch (CertificateException unreadable) {
            return false;
        }
    }

    /// libpq verifies the chain under `require` as soon as it is given a CA.
    boolean verifiesChain() {
        return mode == TlsMode.VERIFY_FULL || mode.encrypted() && ca != null;
    }

    boolean verifiesHost() {
        return mode == TlsMode.VERIFY_FULL;
    }
}
