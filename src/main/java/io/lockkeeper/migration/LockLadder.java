package io.lockkeeper.migration;

import java.time.Duration;
import java.util.random.RandomGenerator;

/// How long each try may stand in the queue, where everybody behind it waits too, and how long it rests
/// after that. The steps grow slowly: what a try costs others is its length.
record LockLadder(LockPolicy policy, RandomGenerator random) {
    private static final int TRIES_A_STEP = 3;
    private static final double STEP = 1.5;
    private static final long SHORTEST_MILLIS = 50;
    private static final long LONGEST_REST_MILLIS = 10_000;

    /// @param no of the try, from 1
    Duration timeout(int no) {
        double millis = policy.firstTry().toMillis() * Math.pow(STEP, (no - 1) / TRIES_A_STEP);
        return Duration.ofMillis((long) Math.min(millis, policy.lockTimeout().toMillis()));
    }

    /// Three to five times as long as others were held up, so that they can work it off.
    ///
    /// @param took the try as a whole; what it did before it stood in a queue held nobody up
    Duration rest(int no, Duration took) {
        long heldUp = Math.clamp(took.toMillis(), SHORTEST_MILLIS, timeout(no).toMillis());
        double millis = heldUp * (3 + 2 * random.nextDouble());
        return Duration.ofMillis((long) Math.min(millis, LONGEST_REST_MILLIS));
    }
}
