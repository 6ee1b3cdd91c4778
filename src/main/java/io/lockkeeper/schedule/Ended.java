package io.lockkeeper.schedule;

import io.lockkeeper.job.JobState;
import org.jspecify.annotations.Nullable;

/// A run whose first job has ended, and whose second one waits for that.
///
/// @param run with the kind and the spec of what comes then
/// @param first the first job
/// @param state null if it has been pruned
record Ended(
        Begun run,
        long first,
        String firstKind,
        @Nullable String firstTarget,
        @Nullable JobState state) {}
