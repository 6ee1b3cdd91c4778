package io.lockkeeper.timeout;

import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// @param applied false for a plan: everything was tried and taken back
/// @param appliedAt by the target's clock; sessions that are older may still run with old values
/// @param observed what real logins got, of the roles that targets on this server are registered for
/// @param notes what is worth knowing about the policy here
/// @param coverage what could not be seen
public record TimeoutPolicyResult(
        boolean applied,
        @Nullable Instant appliedAt,
        List<Change> changes,
        List<Observation> observed,
        List<Finding> findings,
        List<String> notes,
        List<String> coverage) {

    /// One setting in one place.
    ///
    /// @param wanted absent: it was to go
    /// @param effective what a login there gets that no other place has its hands in
    /// @param overriddenBy the places that take it away from some logins
    @Schema(name = "TimeoutChange")
    public record Change(
            Place place,
            String name,
            @Nullable String before,
            @Nullable String wanted,
            @Nullable String after,
            @Nullable Effective effective,
            List<String> overriddenBy) {}
}
