package io.lockkeeper.wal;

import io.lockkeeper.backup.BaseBackup;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// From where on the log of a cluster is needed, and why.
///
/// @param from the place of the first segment that stays: 0 means that all do
record Needed(long from, String why) {
    static final long ALL = 0;
    static final long NONE = Long.MAX_VALUE;

    /// What the earliest kept backup begins with, and all after it. Where that is not known, all of it: log that was
    /// thrown away does not come back.
    ///
    /// @param current whether this is the cluster that is archived now
    /// @param underway whether a backup is being made, of which nobody knows yet where it begins
    static Needed of(
            String cluster, List<BaseBackup> kept, long segmentBytes, boolean current, Optional<Long> underway) {
        Optional<BaseBackup> unknown =
                kept.stream().filter(each -> each.systemIdentifier().isEmpty()).findFirst();
        if (unknown.isPresent()) {
            return new Needed(ALL, "backup " + unknown.get().id() + " may be of this cluster");
        }
        Optional<BaseBackup> earliest = kept.stream()
                .filter(each -> each.systemIdentifier().equals(cluster))
                .min(Comparator.comparing(BaseBackup::start));
        if (earliest.isPresent()) {
            return new Needed(
                    Long.divideUnsigned(earliest.get().start().position(), segmentBytes),
                    "backup " + earliest.get().id() + " begins there");
        }
        if (underway.isPresent()) {
            return new Needed(ALL, "backup " + underway.get() + " is being made");
        }
        return current
                ? new Needed(ALL, "it is being archived, and there is no physical backup yet")
                : new Needed(NONE, "no physical backup of this cluster is kept, and it is not archived any more");
    }
}
