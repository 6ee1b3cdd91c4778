package io.lockkeeper.wal;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// The archive of a target's write-ahead log.
///
/// @param slot on the target: it holds the log until that lies in the depot
/// @param seenAt when the target was last asked
/// @param slotStatus as PostgreSQL tells it: `lost` is a gap
/// @param gaps segments that are missing between the first and the last
/// @param recoverable stretches of time to any moment of which the cluster can be brought back
/// @param recoverableFrom of the last of these
/// @param problem why nothing is archived at the moment
public record WalArchiveView(
        String target,
        State state,
        String depot,
        String slot,
        @Nullable Duration switchEvery,
        Instant declaredAt,
        @Nullable Instant seenAt,
        @Nullable String systemIdentifier,
        @Nullable Integer timeline,
        @Nullable String slotStatus,
        @Nullable Archived last,
        @Nullable Lag lag,
        List<Gap> gaps,
        List<Recoverable> recoverable,
        @Nullable Instant recoverableFrom,
        @Nullable Instant recoverableUntil,
        WalArchiveStore.@Nullable Trouble problem) {

    public enum State {
        /// Its job has not been heard of yet.
        @JsonProperty("STARTING")
        STARTING,
        @JsonProperty("ARCHIVING")
        ARCHIVING,
        @JsonProperty("TROUBLED")
        TROUBLED,
        /// Nobody wants it any more, and its slot has to go yet.
        @JsonProperty("ENDING")
        ENDING
    }

    /// The segment that is furthest in the log.
    @Schema(name = "ArchivedSegment")
    public record Archived(
            String segment, Instant at, @Nullable Instant coversUntil) {}

    /// What is not in the depot yet.
    ///
    /// @param seconds since all that was committed is
    @Schema(name = "WalLag")
    public record Lag(long bytes, @Nullable Long seconds) {}

    /// Both ends are missing, and all between.
    @Schema(name = "WalGap")
    public record Gap(String first, String last, long segments) {}
}
