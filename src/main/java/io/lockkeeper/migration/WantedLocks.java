package io.lockkeeper.migration;

import io.lockkeeper.postgres.Identifiers;
import io.lockkeeper.postgres.PgSession;
import io.lockkeeper.sql.LockMode;
import io.lockkeeper.sql.Relation;
import io.lockkeeper.sql.RelationLock;
import io.lockkeeper.sql.StatementFacts;
import io.vertx.sqlclient.Row;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The relations that a transaction will lock so that others notice, and in which mode; the tables of
/// indexes among them. What does not exist yet is not there.
record WantedLocks(Map<Long, LockMode> byRelation, boolean opaque) {
    /// With them the tables of indexes, and all that inherits.
    private static final String RESOLVE = """
            WITH RECURSIVE named AS (
                SELECT n.no::int AS no, to_regclass(n.name)::oid AS relation
                FROM unnest($1::text[]) WITH ORDINALITY AS n (name, no)),
            tree AS (
                (SELECT no, relation FROM named
                 UNION SELECT n.no, i.indrelid FROM named n JOIN pg_index i ON i.indexrelid = n.relation)
                UNION SELECT t.no, h.inhrelid FROM tree t JOIN pg_inherits h ON h.inhparent = t.relation)
            SELECT no, relation::bigint AS relation FROM tree WHERE relation IS NOT NULL""";

    private static final String CONFLICTING = """
            SELECT l.pid, a.usename::text, a.application_name, a.state, a.backend_type, a.query_start,
                   coalesce(extract(epoch FROM clock_timestamp() - coalesce(a.xact_start, a.query_start)), 1e6)::float8
                       AS seconds,
                   l.mode, l.granted, l.relation::regclass::text AS relation, left(a.query, 500) AS query
            FROM pg_locks l
            LEFT JOIN pg_stat_activity a ON a.pid = l.pid
            JOIN unnest($1::bigint[], $2::text[]) AS w (relation, mode)
                ON w.relation = l.relation::bigint AND w.mode = l.mode
            WHERE l.locktype = 'relation' AND l.pid IS DISTINCT FROM $3
              AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
            ORDER BY seconds DESC LIMIT 20""";

    static WantedLocks of(List<StatementFacts> statements, PgSession session) throws InterruptedException {
        Map<Relation, LockMode> named = new LinkedHashMap<>();
        for (StatementFacts each : statements) {
            for (RelationLock lock : each.locks()) {
                if (matters(lock.mode())) {
                    named.merge(lock.relation(), lock.mode(), WantedLocks::stronger);
                }
            }
        }
        boolean opaque = statements.stream().anyMatch(StatementFacts::opaque);
        if (named.isEmpty()) {
            return new WantedLocks(Map.of(), opaque);
        }
        List<Relation> relations = List.copyOf(named.keySet());
        String[] names = relations.stream().map(WantedLocks::quoted).toArray(String[]::new);
        Map<Long, LockMode> found = new LinkedHashMap<>();
        for (Row row : session.query(RESOLVE, (Object) names)) {
            LockMode mode = named.get(relations.get(row.getInteger("no") - 1));
            found.merge(row.getLong("relation"), mode, WantedLocks::stronger);
        }
        return new WantedLocks(found, opaque);
    }

    /// Whether others than writers of the same rows would have to wait.
    static boolean matters(LockMode mode) {
        return mode.isStrongerThan(LockMode.ROW_EXCLUSIVE);
    }

    boolean matter() {
        return opaque || !byRelation.isEmpty();
    }

    /// Who holds, or waits for, what is in the way; the oldest first.
    List<Blocker> conflicting(PgSession watcher, int pid) throws InterruptedException {
        List<Long> relations = new ArrayList<>();
        List<String> modes = new ArrayList<>();
        byRelation.forEach((relation, wanted) -> Arrays.stream(LockMode.values())
                .filter(wanted::conflictsWith)
                .forEach(mode -> {
                    relations.add(relation);
                    modes.add(mode.serverName());
                }));
        return watcher.query(CONFLICTING, relations.toArray(Long[]::new), modes.toArray(String[]::new), pid).stream()
                .map(Blocker::of)
                .toList();
    }

    static String quoted(Relation relation) {
        return relation.schema() == null
                ? Identifiers.quote(relation.name())
                : Identifiers.quote(relation.schema(), relation.name());
    }

    private static LockMode stronger(LockMode one, LockMode other) {
        return one.isStrongerThan(other) ? one : other;
    }
}
