package io.lockkeeper.migration;

import io.lockkeeper.postgres.PgSession;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/// Looks before each try who is in the way of its locks. Where somebody has been there for longer than the try
/// could wait, the try would only make others stand in the queue behind it: so it is not made before they have gone.
final class LockQueue {
    private static final long LOOK_EVERY_MILLIS = 50;
    private static final Duration A_LITTLE_LONGER = Duration.ofMillis(300);
    private static final String DEADLOCK_TIMEOUT =
            "SELECT (extract(epoch FROM current_setting('deadlock_timeout')::interval) * 1000)::bigint";

    private final PgSession watcher;
    private final int pid;
    private final LockPolicy policy;
    private final LockListener listener;
    private List<Blocker> seen = List.of();

    LockQueue(PgSession watcher, int pid, LockPolicy policy, LockListener listener) {
        this.watcher = watcher;
        this.pid = pid;
        this.policy = policy;
        this.listener = listener;
    }

    /// Who was in the way at last.
    List<Blocker> seen() {
        return seen;
    }

    void seen(List<Blocker> blockers) {
        seen = blockers.isEmpty() ? seen : blockers;
    }

    /// @param deadline in nanoseconds of the JVM's clock
    /// @return how long the try may stand in the queue
    /// @throws LockNotGot at the deadline
    Duration awaitRoom(WantedLocks wanted, int no, Duration patience, long deadline) throws InterruptedException {
        boolean told = false;
        while (true) {
            List<Blocker> stay = wanted.conflicting(watcher, pid).stream()
                    .filter(each -> each.seconds() * 1000 > patience.toMillis())
                    .toList();
            if (stay.isEmpty()) {
                if (told) {
                    listener.goesOn();
                }
                return patience;
            }
            seen(stay);
            if (stay.stream().allMatch(Blocker::givesWay)) {
                return untilVacuumGivesWay(patience);
            }
            if (System.nanoTime() > deadline) {
                throw new LockNotGot(
                        "The locks were not free within " + policy.deadline().toSeconds() + " s", no - 1, stay, null);
            }
            if (!told) {
                listener.waiting(no, stay);
                told = true;
            }
            Thread.sleep(LOOK_EVERY_MILLIS + ThreadLocalRandom.current().nextLong(LOOK_EVERY_MILLIS));
        }
    }

    /// An autovacuum is only sent away by who has waited for it for a whole deadlock_timeout.
    private Duration untilVacuumGivesWay(Duration patience) throws InterruptedException {
        Duration needed =
                Duration.ofMillis(watcher.one(DEADLOCK_TIMEOUT).getLong(0)).plus(A_LITTLE_LONGER);
        return needed.compareTo(patience) > 0 ? needed : patience;
    }
}
