package io.lockkeeper.migration;

import io.lockkeeper.postgres.Identifiers;
import io.lockkeeper.postgres.PgFailure;
import io.lockkeeper.postgres.PgSession;
import io.lockkeeper.sql.Relation;
import io.lockkeeper.sql.StatementFacts;
import io.vertx.sqlclient.Row;
import java.time.Duration;
import java.util.List;

/// What goes with a statement that is CONCURRENTLY: what is in its way before, and how far it is.
record ConcurrentBuild(PgSession session, PgSession watcher, LockPolicy policy, LockListener listener) {
    private static final Duration LOOK_EVERY = Duration.ofMillis(250);

    private static final String INVALID = """
            SELECT n.nspname::text AS schema, c.relname::text AS name
            FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE i.indrelid = to_regclass($1) AND c.relname = $2 AND NOT i.indisvalid""";

    /// Of a REINDEX of this table, or of this index: the new ones until they have taken over, the old ones from then
    // on;
    /// those of the table for long values too.
    private static final String HALF_REBUILT = """
            SELECT n.nspname::text AS schema, c.relname::text AS name
            FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relname ~ '_cc(new|old)[0-9]*$' AND NOT i.indisvalid
              AND i.indrelid IN (
                  SELECT unnest(ARRAY[t.oid, t.reltoastrelid]) FROM pg_class t
                  WHERE t.oid = coalesce((SELECT o.indrelid FROM pg_index o WHERE o.indexrelid = to_regclass($1)),
                                         to_regclass($1)))""";

    private static final String OLD_SNAPSHOTS = """
            SELECT a.pid, a.usename::text, a.application_name, a.state, a.backend_type, a.query_start,
                   extract(epoch FROM clock_timestamp() - a.xact_start)::float8 AS seconds,
                   'a snapshot'::text AS mode, true AS granted, NULL::text AS relation, left(a.query, 500) AS query
            FROM pg_stat_activity a
            WHERE a.datname = current_database() AND a.pid <> $1 AND a.pid <> pg_backend_pid()
              AND (a.backend_xmin IS NOT NULL OR a.backend_xid IS NOT NULL)
              AND a.backend_type <> 'autovacuum worker'
              AND a.xact_start < clock_timestamp() - make_interval(secs => $2::float8)
            ORDER BY seconds DESC LIMIT 20""";

    private static final String PROGRESS = """
            SELECT command || ': ' || phase AS phase,
                   CASE WHEN blocks_total > 0 THEN 100 * blocks_done / blocks_total
                        WHEN tuples_total > 0 THEN 100 * tuples_done / tuples_total
                        WHEN lockers_total > 0 THEN 100 * lockers_done / lockers_total ELSE 0 END::int AS percent
            FROM pg_stat_progress_create_index WHERE pid = $1""";

    /// Indexes that an earlier attempt has left: used by nobody, kept up to date by everybody, and their names are
    /// taken.
    void clearAway(StatementFacts facts) throws InterruptedException {
        if (facts.relations().isEmpty()) {
            return;
        }
        String named = WantedLocks.quoted(facts.relations().getFirst());
        Relation index = facts.makes();
        List<Row> left = List.of();
        if (index != null) {
            left = session.query(INVALID, named, index.name());
        } else if (facts.kind().startsWith("REINDEX")) {
            left = session.query(HALF_REBUILT, named);
        }
        for (Row each : left) {
            session.script("DROP INDEX CONCURRENTLY IF EXISTS "
                    + Identifiers.quote(each.getString("schema"), each.getString("name")));
        }
    }

    /// @throws LockNotGot at the deadline
    void awaitOldSnapshots() throws InterruptedException {
        long deadline = System.nanoTime() + policy.deadline().toNanos();
        boolean told = false;
        while (true) {
            double age = policy.oldSnapshot().toMillis() / 1000.0;
            List<Blocker> old = watcher.query(OLD_SNAPSHOTS, session.backendPid(), age).stream()
                    .map(Blocker::of)
                    .toList();
            if (old.isEmpty()) {
                return;
            }
            if (System.nanoTime() > deadline) {
                throw new LockNotGot("Old transactions did not end, for which it would wait", 0, old, null);
            }
            if (!told) {
                listener.waiting(1, old);
                told = true;
            }
            Thread.sleep(LOOK_EVERY);
        }
    }

    interface Following extends AutoCloseable {
        @Override
        void close();
    }

    /// Tells how far it is, until it is closed.
    Following follow() {
        Thread follower = Thread.ofVirtual().name("index-progress").start(() -> {
            try {
                while (true) {
                    Thread.sleep(LOOK_EVERY);
                    watcher.maybe(PROGRESS, session.backendPid())
                            .ifPresent(row -> listener.progress(row.getInteger("percent"), row.getString("phase")));
                }
            } catch (InterruptedException over) {
                Thread.currentThread().interrupt();
            } catch (PgFailure blind) {
                // Progress is a courtesy: the statement goes on without it.
            }
        });
        return follower::interrupt;
    }
}
