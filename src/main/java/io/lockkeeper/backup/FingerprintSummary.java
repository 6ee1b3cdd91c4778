package io.lockkeeper.backup;

import io.lockkeeper.dump.Fingerprint;
import io.lockkeeper.dump.Level;
import org.jspecify.annotations.Nullable;

/// What is remembered of a backup's content, in numbers. All of it lies beside the data in the depot.
///
/// @param sha256 of the whole fingerprint; absent where there is none
/// @param leftOut tables of the database whose rows the backup does not hold
public record FingerprintSummary(
        Level level,
        @Nullable String sha256,
        @Nullable Integer tables,
        @Nullable Long rows,
        @Nullable Long largeObjects,
        @Nullable Integer leftOut) {

    /// Of a copy of files, whose content nobody has read.
    static final FingerprintSummary NONE = new FingerprintSummary(Level.NONE, null, null, null, null, null);

    static FingerprintSummary of(Fingerprint fingerprint) {
        boolean rows = fingerprint.level() != Level.NONE;
        return new FingerprintSummary(
                fingerprint.level(),
                fingerprint.digest(),
                rows ? fingerprint.tables().size() : null,
                rows
                        ? fingerprint.tables().stream()
                                .mapToLong(Fingerprint.Table::rows)
                                .sum()
                        : null,
                fingerprint.largeObjects().count(),
                fingerprint.leftOut().size());
    }
}
