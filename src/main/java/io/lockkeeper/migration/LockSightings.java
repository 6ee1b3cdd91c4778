package io.lockkeeper.migration;

import io.lockkeeper.postgres.PgFailure;
import io.lockkeeper.postgres.PgSession;
import io.lockkeeper.sql.LockMode;
import io.vertx.sqlclient.Row;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Looks every 50 ms which locks a session holds. A thread of its own, until it is closed.
final class LockSightings implements AutoCloseable {
    private static final Duration EVERY = Duration.ofMillis(50);

    /// Reading locks nobody out but who wants to be alone; the system's own tables are left away.
    private static final String HELD = """
            SELECT relation::bigint AS relation, mode FROM pg_catalog.pg_locks
            WHERE pid = %d AND granted AND locktype = 'relation' AND relation >= 16384 AND mode <> 'AccessShareLock'""";

    /// On a relation, by its number.
    record Held(long relation, LockMode mode) {}

    /// When a lock was got and given up, by System.nanoTime: it was surely held within these times at most.
    ///
    /// @param notBefore the last look at which it was not held
    /// @param notAfter the first look at which it was not held any more; 0: it still was
    record Span(long notBefore, long notAfter) {}

    private final PgSession observer;
    private final int backend;
    private final Thread thread;
    private final Map<Held, Span> seen = new HashMap<>();
    private long lastLook = System.nanoTime();

    /// @param observer a session for this alone
    LockSightings(PgSession observer, int backend) {
        this.observer = observer;
        this.backend = backend;
        this.thread = Thread.ofVirtual().name("lock-sightings").start(this::run);
    }

    static Set<Held> heldBy(int backend, PgSession asked) throws InterruptedException {
        Set<Held> held = new HashSet<>();
        for (Row row : asked.rows(HELD.formatted(backend))) {
            LockMode.of(row.getString("mode")).ifPresent(mode -> held.add(new Held(row.getLong("relation"), mode)));
        }
        return held;
    }

    private void run() {
        try {
            while (true) {
                Thread.sleep(EVERY);
                note(heldBy(backend, observer), System.nanoTime());
            }
        } catch (InterruptedException over) {
            Thread.currentThread().interrupt();
        } catch (PgFailure blind) {
            // Times are upper bounds: what is not seen any more counts to the end of its step.
        }
    }

    private synchronized void note(Set<Held> held, long now) {
        seen.replaceAll(
                (lock, span) -> span.notAfter() == 0 && !held.contains(lock) ? new Span(span.notBefore(), now) : span);
        held.forEach(lock -> seen.putIfAbsent(lock, new Span(lastLook, 0)));
        lastLook = now;
    }

    /// What was seen before belongs to another step.
    synchronized void forget() {
        seen.clear();
    }

    synchronized Optional<Span> of(Held lock) {
        return Optional.ofNullable(seen.get(lock));
    }

    synchronized Set<Held> all() {
        return Set.copyOf(seen.keySet());
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
