package io.lockkeeper.timeout;

import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// @param undoneAt by the target's clock; sessions that are older may still run with the policy's values
public record TimeoutUndoResult(long policy, Instant undoneAt, List<Restored> restored) {

    /// @param from what the policy had left; absent: it had reset it
    /// @param to what the policy had found; absent: nothing
    @Schema(name = "RestoredTimeout")
    public record Restored(
            Place place,
            String name,
            @Nullable String from,
            @Nullable String to) {}
}
