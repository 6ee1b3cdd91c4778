package io.lockkeeper.backup;

import io.lockkeeper.postgres.PgFailure;
import io.lockkeeper.postgres.PgSession;
import io.vertx.sqlclient.Row;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/// Who stands in the way of a program of ours on its server: sessions that hold, or have asked before it
/// for, a lock that it waits for.
record Blockers(List<String> sessions) {
    static final Blockers NONE = new Blockers(List.of());
    private static final Duration BOUND = Duration.ofSeconds(5);

    private static final String FIND = """
            SELECT DISTINCT h.pid, h.usename, h.application_name, h.state, h.backend_type,
                   extract(epoch FROM clock_timestamp() - coalesce(h.xact_start, h.backend_start))::bigint AS seconds,
                   (SELECT string_agg(DISTINCT l.relation::regclass::text, ', ') FROM pg_locks l
                    WHERE l.pid = w.pid AND NOT l.granted) AS relations
            FROM pg_stat_activity w
            CROSS JOIN LATERAL unnest(pg_blocking_pids(w.pid)) AS b (pid)
            JOIN pg_stat_activity h ON h.pid = b.pid
            WHERE w.application_name = $1 AND w.wait_event_type = 'Lock' AND h.application_name <> $1
            ORDER BY h.pid LIMIT 10""";

    /// None where the server cannot be asked: then the program tells what is the matter.
    static Blockers of(String applicationName, PgSession session) throws InterruptedException {
        try {
            return new Blockers(session.within(BOUND).query(FIND, applicationName).stream()
                    .map(Blockers::sentence)
                    .toList());
        } catch (PgFailure silent) {
            return NONE;
        }
    }

    private static String sentence(Row row) {
        String who = row.getString("usename") == null ? row.getString("backend_type") : row.getString("usename");
        String application = row.getString("application_name");
        return "pid " + row.getInteger("pid") + " (" + who
                + (application == null || application.isBlank() ? "" : ", " + application)
                + (row.getString("state") == null ? "" : ", " + row.getString("state"))
                + ", for " + row.getLong("seconds") + " s) before " + row.getString("relations");
    }

    boolean any() {
        return !sessions.isEmpty();
    }

    @Override
    public String toString() {
        return sessions.stream().collect(Collectors.joining("; "));
    }
}
