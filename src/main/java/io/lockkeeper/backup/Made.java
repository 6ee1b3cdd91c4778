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
        FingerprintSummary fingerprint) {}
