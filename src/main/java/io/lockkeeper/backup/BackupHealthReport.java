package io.lockkeeper.backup;

import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// How it stands with the backups of all targets.
///
/// @param missing how many were found gone from their depots, or changed
/// @param keysLost what was sealed with these cannot be opened
/// @param unchecked how many nobody could look at for two days
/// @param bytes in all depots
/// @param concerns those that are missing or locked, at most 100
/// @param targets that with the oldest newest backup first, at most 1000
public record BackupHealthReport(
        long missing,
        List<String> keysLost,
        long unchecked,
        long bytes,
        List<Concern> concerns,
        List<OfTarget> targets) {

    @Schema(name = "BackupConcern")
    public record Concern(
            long backup,
            String target,
            @Nullable String missing,
            @Nullable String keyLost) {}

    /// @param newest that nothing speaks against; absent: there is none
    /// @param ageSeconds of the data in the newest one
    /// @param proven the newest of these that a restore test has proven
    @Schema(name = "BackupsOfTarget")
    public record OfTarget(
            String target,
            @Nullable Long newest,
            @Nullable Instant newestAt,
            @Nullable Long ageSeconds,
            @Nullable Long proven,
            @Nullable Instant provenAt) {}
}
