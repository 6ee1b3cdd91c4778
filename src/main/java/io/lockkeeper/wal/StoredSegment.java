package io.lockkeeper.wal;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A segment of a log, or a history of timelines, that lies in a depot.
///
/// @param number its place in the log; a history has none
/// @param sha256 of the artifact's manifest
/// @param contentSha256 of the segment as the server wrote it
/// @param coversUntil all that was committed before is in it or in an earlier one; absent: not known
record StoredSegment(
        String target,
        String systemIdentifier,
        String name,
        int timeline,
        @Nullable Long number,
        long segmentBytes,
        String depot,
        String folder,
        String sha256,
        String contentSha256,
        long bytes,
        @Nullable String key,
        @Nullable Instant coversUntil) {}
