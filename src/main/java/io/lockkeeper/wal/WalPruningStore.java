package io.lockkeeper.wal;

import static io.lockkeeper.store.StoreAnswer.await;

import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The rows by which archived log goes: first from the store, together with the row that knows of the folder and the
/// one that tells who did it; then from its depot. Blocks: for virtual threads.
@Singleton
class WalPruningStore {
    private static final String CLUSTERS = """
            SELECT s.system_identifier, max(s.segment_bytes) AS segment_bytes, max(s.number) AS newest,
                   EXISTS (SELECT FROM wal_archive a WHERE a.target = $1 AND a.released_at IS NULL
                           AND coalesce(a.system_identifier, s.system_identifier) = s.system_identifier) AS current
            FROM wal_segment s WHERE s.target = $1 AND s.number IS NOT NULL
            GROUP BY s.system_identifier ORDER BY s.system_identifier""";

    /// Names of timelines differ in their beginning; their order is that of their places.
    private static final String BELOW = """
            SELECT count(*) AS gone, coalesce(sum(bytes), 0)::bigint AS bytes,
                   (array_agg(name ORDER BY number, name))[1] AS first, (array_agg(name ORDER BY number DESC, name DESC))[1] AS last
            FROM wal_segment WHERE target = $1 AND system_identifier = $2 AND number < $3""";
    private static final String FIRST_KEPT = """
            SELECT name FROM wal_segment WHERE target = $1 AND system_identifier = $2 AND number >= $3
            ORDER BY number, name LIMIT 1""";

    private static final String DELETE_SOME = """
            WITH going AS (
                SELECT name FROM wal_segment WHERE target = $1 AND system_identifier = $2 AND number < $3
                ORDER BY number, name LIMIT $5 FOR UPDATE SKIP LOCKED
            ), gone AS (
                DELETE FROM wal_segment s USING going g
                WHERE s.target = $1 AND s.system_identifier = $2 AND s.name = g.name
                RETURNING s.name, s.number, s.depot, s.folder, s.bytes
            ), left_over AS (
                INSERT INTO wal_leftover (depot, folder) SELECT depot, folder FROM gone ON CONFLICT DO NOTHING
            ), told AS (
                INSERT INTO audit (subject, via, action, target, object, detail)
                SELECT coalesce((SELECT requested_by FROM job WHERE id = $4::bigint), 'lockkeeper'), 'job/' || $4::bigint,
                       'wal.prune', $1, 'target/' || $1,
                       jsonb_build_object('systemIdentifier', $2::text, 'segments', count(*), 'bytes', sum(bytes),
                                          'first', (array_agg(name ORDER BY number, name))[1],
                                          'last', (array_agg(name ORDER BY number DESC, name DESC))[1])
                FROM gone HAVING count(*) > 0
            )
            SELECT count(*) AS gone FROM gone""";

    private static final String DONE_BY = """
            SELECT coalesce(sum((detail ->> 'segments')::bigint), 0)::bigint AS gone,
                   coalesce(sum((detail ->> 'bytes')::bigint), 0)::bigint AS bytes,
                   (array_agg(detail ->> 'first' ORDER BY id))[1] AS first, (array_agg(detail ->> 'last' ORDER BY id DESC))[1] AS last
            FROM audit WHERE target = $1 AND action = 'wal.prune' AND via = 'job/' || $2::bigint
              AND detail ->> 'systemIdentifier' = $3""";

    private static final String LEFTOVERS = """
            SELECT depot, folder FROM wal_leftover WHERE starts_with(folder, $1) ORDER BY left_at, folder LIMIT 1000""";
    private static final String LEFT = "SELECT count(*) AS n FROM wal_leftover WHERE starts_with(folder, $1)";
    private static final String REMOVED = "DELETE FROM wal_leftover WHERE depot = $1 AND folder = $2";

    private final Pool store;

    WalPruningStore(Pool store) {
        this.store = store;
    }

    /// @param current whether its log is being archived
    record Cluster(String identifier, long segmentBytes, long newest, boolean current) {}

    record Span(
            long gone,
            long bytes,
            @Nullable String first,
            @Nullable String last) {}

    record Folder(String depot, String folder) {}

    List<Cluster> clusters(String target) throws InterruptedException {
        List<Cluster> clusters = new ArrayList<>();
        ask(CLUSTERS, Tuple.of(target))
                .forEach(row -> clusters.add(new Cluster(
                        row.getString("system_identifier"),
                        row.getLong("segment_bytes"),
                        row.getLong("newest"),
                        row.getBoolean("current"))));
        return clusters;
    }

    Span below(String target, String cluster, long number) throws InterruptedException {
        return span(ask(BELOW, Tuple.of(target, cluster, number)));
    }

    @Nullable
    String firstKept(String target, String cluster, long number) throws InterruptedException {
        RowSet<Row> rows = ask(FIRST_KEPT, Tuple.of(target, cluster, number));
        return rows.rowCount() == 0 ? null : rows.iterator().next().getString("name");
    }

    /// @return how many have gone
    long deleteSome(String target, String cluster, long below, long job, int most) throws InterruptedException {
        return ask(DELETE_SOME, Tuple.of(target, cluster, below, job, most))
                .iterator()
                .next()
                .getLong("gone");
    }

    /// What a job has deleted so far, in whichever attempt.
    Span doneBy(long job, String target, String cluster) throws InterruptedException {
        return span(ask(DONE_BY, Tuple.of(target, job, cluster)));
    }

    /// @param beginning of their names; empty: all
    List<Folder> leftovers(String beginning) throws InterruptedException {
        List<Folder> folders = new ArrayList<>();
        ask(LEFTOVERS, Tuple.of(beginning))
                .forEach(row -> folders.add(new Folder(row.getString("depot"), row.getString("folder"))));
        return folders;
    }

    long left(String beginning) throws InterruptedException {
        return ask(LEFT, Tuple.of(beginning)).iterator().next().getLong("n");
    }

    void removed(Folder folder) throws InterruptedException {
        ask(REMOVED, Tuple.of(folder.depot(), folder.folder()));
    }

    private static Span span(RowSet<Row> rows) {
        Row row = rows.iterator().next();
        return new Span(row.getLong("gone"), row.getLong("bytes"), row.getString("first"), row.getString("last"));
    }

    private RowSet<Row> ask(String sql, Tuple values) throws InterruptedException {
        return await(store.preparedQuery(sql).execute(values));
    }
}
