package io.lockkeeper.depot;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/// How often a call is made before it has failed, and how long between. Waits double, with jitter: many who
/// were told to slow down must not come back together.
record Patience(int attempts, Duration first, Duration longest) {
    /// About half a minute in all.
    static final Patience USUAL = new Patience(8, Duration.ofMillis(250), Duration.ofSeconds(8));

    boolean isOver(int attempt) {
        return attempt >= attempts;
    }

    /// @throws InterruptedException if there is no use in waiting any more
    void beforeAttempt(int attempt) throws InterruptedException {
        long most = Math.min(longest.toMillis(), first.toMillis() << Math.min(attempt - 2, 20));
        Thread.sleep(most / 2 + ThreadLocalRandom.current().nextLong(most / 2 + 1));
    }
}
