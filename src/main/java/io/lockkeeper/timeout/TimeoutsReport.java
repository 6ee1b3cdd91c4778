package io.lockkeeper.timeout;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// The timeouts of a target as they are now.
///
/// @param policies those in force: applied and not undone, the last one first
/// @param unsettled policies of which nobody has heard whether they got through, and that have left something
/// @param drift in what the target differs from them
/// @param oldSessions those that still run with older values
/// @param coverage what could not be seen
public record TimeoutsReport(
        String target,
        String serverVersion,
        List<Long> policies,
        List<Unsettled> unsettled,
        List<Login> effective,
        List<Drift> drift,
        List<OldSession> oldSessions,
        List<String> coverage,
        Instant at) {

    /// What a login of a role into a database gets.
    ///
    /// @param observed whether a real login showed it; otherwise it is computed, in PostgreSQL's order of
    /// precedence
    /// @param through the target whose credential was used for that login
    /// @param because why no real login shows it
    /// @param deviations what that login had in another way than computed
    @Schema(name = "LoginTimeouts")
    public record Login(
            String role,
            String database,
            boolean observed,
            @Nullable String through,
            @Nullable String because,
            Map<String, Effective> settings,
            List<String> deviations) {}
}
