package io.lockkeeper.target;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// A database to register, as a caller describes it. The host is one name or one address: URLs, lists and socket
/// directories are libpq's way to be sent somewhere else.
@Schema(description = "A database to register.")
public record TargetSpec(
        @Pattern(regexp = NAME, message = "must begin with a letter and have 1 to 63 of a-z, 0-9 and -")
        @Schema(examples = "orders-prod")
        String name,

        @Nullable @Pattern(regexp = "postgresql", message = "must be postgresql") @Schema(defaultValue = "postgresql")
        String engine,

        @Pattern(regexp = HOST, message = "must be one host name or IP address, without scheme, port, path or list")
        @Schema(examples = "orders-db.internal")
        String host,

        @Nullable @Min(1) @Max(65535) @Schema(defaultValue = "5432")
        Integer port,

        @PgName @Schema(examples = "orders") String database,
        @PgName @Schema(examples = "lockkeeper") String username,
        CredentialSpec credential,
        @Nullable TlsSpec tls,

        @Nullable @Size(max = Labels.MOST)
        Map<
                        @Pattern(
                                regexp = Labels.KEY,
                                message = "the label's name must have 1 to 63 letters, digits, . _ - /")
                        String,
                        @Pattern(regexp = Labels.VALUE, message = "must have at most 63 letters, digits, . _ -") String>
                labels,

        @Nullable ProtectionSpec protection,
        @Nullable LimitsSpec limits) {

    static final String NAME = "[a-z][a-z0-9-]{0,62}";
    private static final String HOST =
            "(?=.{1,253}$)[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?(?:\\.[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?)*\\.?"
                    + "|(?=.*:.*:)[0-9A-Fa-f:.]{2,45}";

    public TargetSpec {
        engine = engine == null ? "postgresql" : engine;
        port = port == null ? 5432 : port;
        tls = tls == null ? TlsSpec.DEFAULT : tls;
        labels = labels == null ? Map.of() : Map.copyOf(labels);
        protection = protection == null ? ProtectionSpec.DEFAULT : protection;
        limits = limits == null ? LimitsSpec.DEFAULT : limits;
    }
}
