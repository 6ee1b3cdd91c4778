package io.lockkeeper.postgres;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;

/// How much TLS a connection demands, in libpq's words and meaning. There is no `allow` and no `prefer`: both fall back
/// to plain text without a word.
public enum TlsMode {
    /// Plain text.
    @JsonProperty("disable")
    DISABLE,
    /// Encrypted, whoever it is that answers. With a CA it verifies as VERIFY_CA does, as libpq does.
    @JsonProperty("require")
    REQUIRE,
    /// Encrypted, and the certificate was signed by the given CA.
    @JsonProperty("verify-ca")
    VERIFY_CA,
    /// As VERIFY_CA, and the certificate is for this very host. Without a CA of its own: the system's trust store.
    @JsonProperty("verify-full")
    VERIFY_FULL;

    /// As libpq spells it.
    String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    public boolean encrypted() {
        return this != DISABLE;
    }

    public boolean weakerThan(TlsMode other) {
        return compareTo(other) < 0;
    }
}
