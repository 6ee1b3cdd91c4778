package io.lockkeeper.migration;

import io.lockkeeper.postgres.PgFailure;
import io.lockkeeper.postgres.PgSession;
import io.lockkeeper.sql.StatementFacts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/// Runs a migration's transactions so that nobody has to wait for them for long: looks who is in the way before
/// each try, stands in the queue for a lock only briefly, gives the whole transaction up where others wait too
/// much behind it, rests, and tries again; until the deadline, and then says who was in the way. Never runs
/// without a lock_timeout, but for what is CONCURRENTLY.
///
/// For one thread. The second session is the watcher's, and needs to see others in `pg_stat_activity`
/// (`pg_read_all_stats`); what it cannot see it cannot count.
final class Governor {
    /// What nobody but writers of the same rows can feel may wait this long for them.
    private static final Duration WEAK = Duration.ofSeconds(30);

    /// Statements that can change the timeouts that were set.
    private static final Set<String> MAY_SET = Set.of("SET", "RESET", "SELECT", "DO", "CALL", "DISCARD");

    private static final String DEADLOCK = "40P01";
    private static final String TAKEN = """
            SELECT coalesce(c.oid::regclass::text, l.relation::text) AS relation, l.mode
            FROM pg_locks l LEFT JOIN pg_class c ON c.oid = l.relation
            WHERE l.pid = pg_backend_pid() AND l.locktype = 'relation' AND l.granted AND l.relation >= 16384
              AND l.mode NOT IN ('AccessShareLock', 'RowShareLock', 'RowExclusiveLock')
            ORDER BY 1, 2 LIMIT 50""";

    /// The statements of one try, from BEGIN to COMMIT if there are any. What it throws must have been rolled
    /// back, or be left to the governor, which does it again.
    @FunctionalInterface
    interface Attempt<T> {
        T run() throws InterruptedException;
    }

    private final PgSession session;
    private final LockPolicy policy;
    private final LockListener listener;
    private final LockLadder ladder;
    private final LockQueue queue;
    private final PgSession watcher;

    private Watch watch;
    private Duration lockTimeout = Duration.ZERO;
    private final List<Pending> ran = new ArrayList<>();
    private List<StatementReport> reports = List.of();

    private record Pending(
            StatementFacts facts, List<StatementReport.Taken> locks, long ranMs, long waitedMs, long hadAtNanos) {}

    Governor(PgSession session, PgSession watcher, LockPolicy policy, LockListener listener) {
        this.session = session;
        this.watcher = watcher;
        this.policy = policy;
        this.listener = listener;
        this.ladder = new LockLadder(policy, ThreadLocalRandom.current());
        this.queue = new LockQueue(watcher, session.backendPid(), policy, listener);
    }

    /// One transaction, or one statement outside of any that is not CONCURRENTLY.
    ///
    /// @param statements all that it will run
    /// @param attempt    runs them, each through `statement`; once for every try
    /// @throws LockNotGot at the deadline, or after the last try
    <T> T run(List<StatementFacts> statements, Attempt<T> attempt) throws InterruptedException {
        WantedLocks wanted = WantedLocks.of(statements, session);
        reports = List.of();
        if (!wanted.matter()) {
            setTimeouts(WEAK);
            return attempt.run();
        }
        long deadline = System.nanoTime() + policy.deadline().toNanos();
        for (int no = 1; ; no++) {
            Duration patience = queue.awaitRoom(wanted, no, ladder.timeout(no), deadline);
            long began = System.nanoTime();
            try {
                return tryOnce(attempt, no, patience);
            } catch (LockContention lost) {
                rollBack();
                if (no > policy.lockRetries() || System.nanoTime() > deadline) {
                    throw notGot(lost, no, wanted);
                }
                Duration rest = ladder.rest(no, Duration.ofNanos(System.nanoTime() - began));
                listener.backsOff(no, lost.getMessage(), rest);
                Thread.sleep(rest);
            }
        }
    }

    /// `CREATE INDEX CONCURRENTLY` and its kin: nobody waits behind them but changes of the schema, and a
    /// lock_timeout would leave an invalid index. They wait for old snapshots, so these are waited for first.
    <T> T runConcurrently(StatementFacts statement, Attempt<T> attempt) throws InterruptedException {
        reports = List.of();
        ConcurrentBuild build = new ConcurrentBuild(session, watcher, policy, listener);
        session.script("SET lock_timeout = 0; SET statement_timeout = 0");
        lockTimeout = Duration.ZERO;
        for (int no = 1; ; no++) {
            build.awaitOldSnapshots();
            build.clearAway(statement);
            ConcurrentBuild.Following following = build.follow();
            try {
                return attempt.run();
            } catch (PgFailure failure) {
                if (!DEADLOCK.equals(failure.sqlState()) || no > policy.lockRetries()) {
                    throw failure;
                }
                Duration rest = ladder.rest(no, policy.lockTimeout());
                listener.backsOff(no, failure.getMessage(), rest);
                Thread.sleep(rest);
            } finally {
                following.close();
            }
        }
    }

    /// One statement within an attempt.
    ///
    /// @throws LockContention if it did not get its locks, or others had to wait too much
    <T> T statement(StatementFacts facts, Attempt<T> work) throws InterruptedException {
        refuseIfTripped(null);
        long began = System.nanoTime();
        long waitedBefore = watch == null ? 0 : watch.waitedMillis();
        T result;
        try {
            result = work.run();
        } catch (PgFailure failure) {
            refuseIfTripped(failure);
            if (watch != null && isAboutLocks(failure)) {
                throw new LockContention(failure.getMessage(), failure);
            }
            throw failure;
        }
        if (watch != null) {
            refuseIfTripped(null);
            note(facts, began, watch.waitedMillis() - waitedBefore);
        }
        if (MAY_SET.contains(facts.kind()) && lockTimeout.isPositive()) {
            setTimeouts(lockTimeout);
        }
        return result;
    }

    /// What the statements did that ran in the last try of the last `run`, and that others could feel.
    List<StatementReport> reports() {
        return reports;
    }

    private <T> T tryOnce(Attempt<T> attempt, int no, Duration patience) throws InterruptedException {
        setTimeouts(patience);
        ran.clear();
        try (Watch watching = new Watch(session, watcher, policy, listener, no)) {
            watch = watching;
            T result;
            try {
                result = attempt.run();
            } catch (PgFailure failure) { // of a statement that did not go through here: COMMIT, for one
                refuseIfTripped(failure);
                throw isAboutLocks(failure) ? new LockContention(failure.getMessage(), failure) : failure;
            }
            long now = System.nanoTime();
            reports = ran.stream()
                    .map(each -> watching.report(
                            each.facts.kind(),
                            each.locks,
                            each.ranMs,
                            each.waitedMs,
                            (now - each.hadAtNanos) / 1_000_000))
                    .toList();
            return result;
        } finally {
            queue.seen(watch.before());
            watch = null;
        }
    }

    private void note(StatementFacts facts, long began, long waitedMs) throws InterruptedException {
        if (facts.opaque() || WantedLocks.matters(facts.strongestLock())) {
            long ranMs = (System.nanoTime() - began) / 1_000_000;
            List<StatementReport.Taken> taken = session.query(TAKEN).stream()
                    .map(row -> new StatementReport.Taken(row.getString("relation"), row.getString("mode")))
                    .toList();
            ran.add(new Pending(facts, taken, ranMs, waitedMs, began + waitedMs * 1_000_000));
        }
    }

    private void refuseIfTripped(PgFailure failure) {
        if (watch != null) {
            watch.tripped().ifPresent(why -> {
                throw new LockContention(why, failure);
            });
        }
    }

    private static boolean isAboutLocks(PgFailure failure) {
        return PgFailure.LOCK_NOT_AVAILABLE.equals(failure.sqlState()) || DEADLOCK.equals(failure.sqlState());
    }

    private void setTimeouts(Duration lock) throws InterruptedException {
        lockTimeout = lock;
        session.script("SET lock_timeout = " + Math.max(1, lock.toMillis()) + "; SET statement_timeout = "
                + policy.statementTimeout().toMillis());
    }

    /// Harmless where there is no transaction.
    private void rollBack() throws InterruptedException {
        session.script("ROLLBACK");
    }

    private LockNotGot notGot(LockContention last, int tries, WantedLocks wanted) throws InterruptedException {
        List<Blocker> now = wanted.conflicting(watcher, session.backendPid());
        return new LockNotGot(
                "The locks were not got (" + last.getMessage() + ")", tries, now.isEmpty() ? queue.seen() : now, last);
    }
}
