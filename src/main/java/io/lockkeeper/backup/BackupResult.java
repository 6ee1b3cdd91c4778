package io.lockkeeper.backup;

import java.time.Instant;

/// What a backup job leaves: the backup of the same id has the rest.
///
/// @param backup its id, which is the job's
/// @param megabytesPerSecond as the tool wrote them
public record BackupResult(
        long backup,
        String depot,
        String sha256,
        long bytes,
        long rawBytes,
        Instant snapshotAt,
        FingerprintSummary fingerprint,
        double megabytesPerSecond) {}
