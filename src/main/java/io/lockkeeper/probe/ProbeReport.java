package io.lockkeeper.probe;

import io.lockkeeper.postgres.TlsMode;
import io.lockkeeper.target.RoleFacts;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// What a target is, and what may be done on it, as one session saw it.
@Schema(description = "What a target is, and what may be done on it.")
public record ProbeReport(
        String target,
        boolean reachable,
        String serverVersion,
        int serverMajor,
        LatencyMs latencyMs,
        TlsSeen tls,
        RoleFacts role,

        @Schema(description = "For every kind that says what it needs: ok, or what is missing")
        Map<String, String> abilities,

        Tools tools,

        @Schema(description = "The target's clock minus ours, to half of a round trip")
        long clockSkewMs,

        ServerSeen server,

        @Schema(description = "What could not be seen, and is therefore not known to be fine")
        List<String> coverage,

        Instant at) {

    @Schema(name = "ProbeLatencyMs")
    public record LatencyMs(double connect, double query) {}

    @Schema(name = "ProbeTls")
    public record TlsSeen(
            TlsMode requested,
            boolean encrypted,
            @Nullable String version,
            @Nullable String cipher) {}

    /// Whether this machine has `pg_dump` and its kin for that server.
    @Schema(name = "ProbeTools")
    public record Tools(@Nullable Integer major, @Nullable String missing) {}

    @Schema(name = "ProbeServer")
    public record ServerSeen(
            boolean standby,
            boolean readOnly,
            int maxConnections,
            int reservedConnections,
            int usedConnections,
            Map<String, String> settings) {}
}
