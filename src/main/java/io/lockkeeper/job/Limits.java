package io.lockkeeper.job;

import java.time.Duration;
import java.util.Objects;

/// What a kind may take and what becomes of it when things go wrong.
///
/// @param target whether its jobs need a target, and change it
/// @param maxAttempts how often a job is tried before it has failed
/// @param backoff the pause before the second attempt; it doubles with each further one, up to five minutes, with
/// jitter
/// @param maxDuration after which a running job is stopped and has failed
/// @param whenLost what to do with a job whose worker died or was stopped under it
public record Limits(TargetUse target, int maxAttempts, Duration backoff, Duration maxDuration, WhenLost whenLost) {
    private static final Duration LONGEST_BACKOFF = Duration.ofMinutes(5);

    /// What a job has to do with a target. All but the first need one, so that its approvals, its places and its labels
    /// hold for them.
    public enum TargetUse {
        /// It has none.
        NONE,
        /// It is about what we keep of a target, such as its backups, and never connects to it: it works when the
        /// target is away for good.
        NAMED,
        READS,
        CHANGES
    }

    public enum WhenLost {
        /// Start over: nothing that an interrupted run left behind matters.
        RESTART,
        /// Run again, and find out first what the interrupted run left behind.
        RESUME,
        /// Never run twice: say that it was interrupted, and let people decide.
        FAIL
    }

    public Limits {
        Objects.requireNonNull(target, "target");
        Objects.requireNonNull(whenLost, "whenLost");
        if (maxAttempts < 1) {
            throw new IllegalArgumentException("maxAttempts must be at least 1, not " + maxAttempts);
        }
        if (backoff.isNegative() || backoff.compareTo(LONGEST_BACKOFF) > 0) {
            throw new IllegalArgumentException("backoff must be from 0 to " + LONGEST_BACKOFF + ", not " + backoff);
        }
        if (maxDuration.isNegative() || maxDuration.isZero()) {
            throw new IllegalArgumentException("maxDuration must be positive, not " + maxDuration);
        }
    }

    /// @param luck from 0 to 1: equal pauses would bring equal victims back at the same moment
    public Duration pauseAfter(int attempt, double luck) {
        long doubled = backoff.toMillis() << Math.min(attempt - 1, 20);
        long longest = Math.min(doubled, LONGEST_BACKOFF.toMillis());
        return Duration.ofMillis((long) (longest * (0.5 + luck / 2)));
    }
}
