package io.lockkeeper.migration;

import io.lockkeeper.postgres.PgSession;
import io.vertx.sqlclient.Row;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Watches one try from a second session: who waits behind it, and for whom it waits. Cancels it when others
/// have to wait too much, and when it can no longer see. A thread of its own, until it is closed; after that
/// nothing is cancelled any more.
final class Watch implements AutoCloseable {
    private static final Duration EVERY = Duration.ofMillis(50);
    private static final Duration TELL_EVERY = Duration.ofSeconds(1);
    private static final int NAMED = 10;

    private static final String LOOK = """
            SELECT a.pid, a.usename::text, a.application_name
            FROM pg_stat_activity a
            WHERE a.wait_event_type = 'Lock' AND (a.pid = $1 OR $1 = ANY (pg_blocking_pids(a.pid)))""";

    private static final String BEFORE_US = """
            SELECT a.pid, a.usename::text, a.application_name, a.state, a.backend_type, a.query_start,
                   coalesce(extract(epoch FROM clock_timestamp() - coalesce(a.xact_start, a.query_start)), 0)::float8
                       AS seconds,
                   NULL::text AS mode, true AS granted,
                   (SELECT l.relation::regclass::text FROM pg_locks l
                    WHERE l.pid = $1 AND NOT l.granted AND l.relation IS NOT NULL LIMIT 1) AS relation,
                   left(a.query, 500) AS query
            FROM unnest(pg_blocking_pids($1)) AS b (pid) JOIN pg_stat_activity a ON a.pid = b.pid
            ORDER BY seconds DESC LIMIT 20""";

    private final PgSession migrating;
    private final PgSession watcher;
    private final LockPolicy policy;
    private final LockListener listener;
    private final int tryNo;
    private final Thread thread;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ended = lock.newCondition();
    private final Map<Integer, Long> since = new HashMap<>();
    private final Set<String> blocked = new LinkedHashSet<>();
    private List<Blocker> before = List.of();
    private boolean isEnded;
    private boolean wasWaiting;
    private long toldNanos = System.nanoTime() - TELL_EVERY.toNanos();
    private long waitedNanos;
    private int mostBlocked;
    private long longestNanos;
    private volatile String tripped;

    Watch(PgSession migrating, PgSession watcher, LockPolicy policy, LockListener listener, int tryNo) {
        this.migrating = migrating;
        this.watcher = watcher;
        this.policy = policy;
        this.listener = listener;
        this.tryNo = tryNo;
        this.thread = Thread.ofVirtual().name("lock-watch").start(this::run);
    }

    /// Why the try was cancelled, if it was.
    Optional<String> tripped() {
        return Optional.ofNullable(tripped);
    }

    /// Who was in the way when this was seen last.
    List<Blocker> before() {
        lock.lock();
        try {
            return before;
        } finally {
            lock.unlock();
        }
    }

    long waitedMillis() {
        lock.lock();
        try {
            return TimeUnit.NANOSECONDS.toMillis(waitedNanos);
        } finally {
            lock.unlock();
        }
    }

    /// @param ran millis, of the statement
    /// @param waited millis, of these
    StatementReport report(String kind, List<StatementReport.Taken> locks, long ran, long waited, long held) {
        lock.lock();
        try {
            long longest = TimeUnit.NANOSECONDS.toMillis(longestNanos);
            return new StatementReport(
                    kind, tryNo, waited, ran, held, locks, mostBlocked, longest, List.copyOf(blocked));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            isEnded = true;
            ended.signalAll();
        } finally {
            lock.unlock();
        }
        thread.interrupt();
    }

    private void run() {
        try {
            long last = System.nanoTime();
            while (!pause()) {
                List<Row> rows = watcher.query(LOOK, migrating.backendPid());
                long now = System.nanoTime();
                note(rows, now, now - last);
                last = now;
            }
        } catch (InterruptedException over) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException blind) {
            trip("the watcher could not see any more who waits behind the migration");
        }
    }

    /// @return whether the watch is over
    private boolean pause() throws InterruptedException {
        lock.lock();
        try {
            if (!isEnded) {
                ended.await(EVERY.toMillis(), TimeUnit.MILLISECONDS);
            }
            return isEnded;
        } finally {
            lock.unlock();
        }
    }

    private void note(List<Row> rows, long now, long passed) throws InterruptedException {
        List<Row> behind = new ArrayList<>(rows);
        boolean waits = behind.removeIf(row -> row.getInteger("pid") == migrating.backendPid());
        long longest = 0;
        lock.lock();
        try {
            waitedNanos += waits ? passed : 0;
            since.keySet()
                    .retainAll(behind.stream().map(row -> row.getInteger("pid")).toList());
            for (Row row : behind) {
                long began = since.computeIfAbsent(row.getInteger("pid"), pid -> now);
                longest = Math.max(longest, now - began);
                if (blocked.size() < NAMED) {
                    blocked.add(name(row));
                }
            }
            mostBlocked = Math.max(mostBlocked, behind.size());
            longestNanos = Math.max(longestNanos, longest);
        } finally {
            lock.unlock();
        }
        tell(waits, behind.size(), Duration.ofNanos(longest));
        judge(behind.size(), Duration.ofNanos(longest));
    }

    private void tell(boolean waits, int behind, Duration longest) throws InterruptedException {
        if (waits && !wasWaiting) {
            List<Blocker> found = watcher.query(BEFORE_US, migrating.backendPid()).stream()
                    .map(Blocker::of)
                    .toList();
            lock.lock();
            try {
                before = found.isEmpty() ? before : found;
            } finally {
                lock.unlock();
            }
            listener.waiting(tryNo, found);
        } else if (!waits && wasWaiting) {
            listener.goesOn();
        }
        wasWaiting = waits;
        long now = System.nanoTime();
        if (behind > 0 && now - toldNanos > TELL_EVERY.toNanos()) {
            toldNanos = now;
            listener.blocking(behind, longest);
        }
    }

    private void judge(int behind, Duration longest) {
        if (behind > policy.maxBlockedSessions()) {
            trip(behind + " sessions were waiting behind the migration");
        } else if (longest.compareTo(policy.maxBlockedFor()) > 0) {
            trip("a session was waiting behind the migration for " + longest.toMillis() + " ms");
        }
    }

    /// Under the lock, so that no cancel request can reach a statement that comes after the watch.
    private void trip(String why) {
        lock.lock();
        try {
            if (!isEnded && tripped == null) {
                tripped = why;
                migrating.cancel();
            }
        } finally {
            lock.unlock();
        }
    }

    private static String name(Row row) {
        String application = row.getString("application_name");
        return row.getString("usename")
                + (application == null || application.isBlank() ? "" : " (" + application + ")");
    }
}
