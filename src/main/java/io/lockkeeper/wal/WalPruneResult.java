package io.lockkeeper.wal;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Which log no kept backup needs, or needed.
///
/// @param gone segments that go, or have gone
/// @param bytes of these in depots
/// @param unswept how many folders are still to be removed: their depot did not let us; it is tried again every minute
public record WalPruneResult(WalPruneSpec.Mode mode, long gone, long bytes, long unswept, List<OfCluster> clusters) {

    /// The log of one cluster that the target is, or was.
    ///
    /// @param first of the segments that go, and last; absent: none does
    /// @param keptFrom the first segment that stays
    /// @param why that one, or none
    public record OfCluster(
            String systemIdentifier,
            long gone,
            long bytes,
            @Nullable String first,
            @Nullable String last,
            @Nullable String keptFrom,
            String why) {}
}
