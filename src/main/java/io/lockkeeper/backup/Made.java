package io.lockkeeper.backup;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What is known about a backup's content once its last byte was written.
record Made(
        @Nullable String database,
        String serverVersion,
        String toolVersion,
        @Nullable String systemIdentifier,
        Instant snapshotAt,
        @Nullable String walLsn,
        @Nullable Log log,
        FingerprintSummary fingerprint) {

    /// The write-ahead log that a physical backup begins with: its timeline at the end, its position at the start.
    record Log(int timeline, String start) {}
}
