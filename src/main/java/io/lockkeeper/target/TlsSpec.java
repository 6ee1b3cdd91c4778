package io.lockkeeper.target;

import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.lockkeeper.postgres.TlsMode;
import jakarta.validation.constraints.Size;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

public record TlsSpec(
        @Nullable @Schema(description = "As libpq's sslmode.", defaultValue = "verify-full")
        TlsMode mode,

        @Nullable @Size(max = 65536) @PemCertificates @Schema(description = "PEM; absent: the system's trust store")
        String ca) {

    static final TlsSpec DEFAULT = new TlsSpec(TlsMode.VERIFY_FULL, null);

    public TlsSpec {
        mode = mode == null ? TlsMode.VERIFY_FULL : mode;
        if (mode == TlsMode.VERIFY_CA && ca == null) {
            throw new Refused(Problem.invalid("/ca", "is needed for verify-ca; only verify-full may use the system's"));
        }
        if (mode == TlsMode.DISABLE && ca != null) {
            throw new Refused(Problem.invalid("/ca", "has no meaning while TLS is disabled"));
        }
    }
}
