package io.lockkeeper.backup;

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
        @Nullable Integer largeObjects,
        @Nullable Integer leftOut) {}
