package io.lockkeeper.timeout;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/// The timeouts of a target as they are now.
///
/// @param policies those in force: applied and not undone, the last one first
/// @param drift in what the target differs from them
/// @param oldSessions those that still run with older values
/// @param coverage what could not be seen
public record TimeoutsReport(
        String target,
        String serverVersion,
        List<Long> policies,
        List<Login> effective,
        List<Drift> drift,
        List<OldSession> oldSessions,
        List<String> coverage,
        Instant at) {

    /// What a login of a role into a database gets.
    ///
    /// @param observed whether a real login showed it; otherwise it is computed, in PostgreSQL's order of
    /// precedence
    @Schema(name = "LoginTimeouts")
    public record Login(String role, String database, boolean observed, Map<String, Effective> settings) {}
}
