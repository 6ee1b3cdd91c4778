package io.lockkeeper.migration;

import java.time.Duration;

/// How much others may have to wait for a migration, and how much it waits for them.
///
/// @param firstTry           how long the first try may stand in the queue for a lock
/// @param lockTimeout        how long the longest try may
/// @param lockRetries        how many tries follow the first one
/// @param statementTimeout   of a single statement; zero for none
/// @param deadline           for getting the locks of one transaction, all tries together
/// @param maxBlockedSessions more sessions than these waiting behind the migration end a try
/// @param maxBlockedFor      and so does one that has waited longer than this
/// @param oldSnapshot        what CONCURRENTLY waits for anyway is waited for before it begins, from this age on
record LockPolicy(
        Duration firstTry,
        Duration lockTimeout,
        int lockRetries,
        Duration statementTimeout,
        Duration deadline,
        int maxBlockedSessions,
        Duration maxBlockedFor,
        Duration oldSnapshot) {

    static final LockPolicy DEFAULT = new LockPolicy(
            Duration.ofMillis(100),
            Duration.ofSeconds(1),
            200,
            Duration.ZERO,
            Duration.ofMinutes(10),
            20,
            Duration.ofSeconds(1),
            Duration.ofMinutes(1));

    LockPolicy {
        require(firstTry.isPositive(), "firstTry must be positive, not " + firstTry);
        require(lockTimeout.compareTo(firstTry) >= 0, "lockTimeout must not be shorter than " + firstTry);
        require(lockRetries >= 0, "lockRetries must not be negative: " + lockRetries);
        require(!statementTimeout.isNegative(), "statementTimeout must not be negative: " + statementTimeout);
        require(deadline.isPositive(), "deadline must be positive, not " + deadline);
        require(maxBlockedSessions >= 0, "maxBlockedSessions must not be negative: " + maxBlockedSessions);
        require(maxBlockedFor.isPositive(), "maxBlockedFor must be positive, not " + maxBlockedFor);
    }

    private static void require(boolean good, String otherwise) {
        if (!good) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
