package io.lockkeeper.backup;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A physical backup that another tool keeps, as that tool tells of it.
///
/// @param at when it was complete: the earliest moment that it can be recovered to
/// @param bytes in the tool's repository
/// @param rawBytes of the cluster
/// @param flaw what the tool itself holds against it
public record ForeignBackup(
        String label,
        @Nullable String type,
        @Nullable String prior,
        Instant at,
        String serverVersion,
        @Nullable String toolVersion,
        @Nullable String systemIdentifier,
        @Nullable String walStart,
        @Nullable String walEnd,
        @Nullable Integer timeline,
        long bytes,
        long rawBytes,
        @Nullable String flaw) {}
