package io.lockkeeper.wal;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// What was declared for a target.
///
/// @param slot holds the log on the target until it lies in the depot
/// @param ended nobody wants it any more: the slot has to go
record WalArchive(
        long id,
        String target,
        String depot,
        String slot,
        @Nullable Duration switchEvery,
        boolean ended,
        @Nullable String systemIdentifier) {}
