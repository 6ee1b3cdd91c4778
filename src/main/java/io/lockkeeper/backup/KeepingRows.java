package io.lockkeeper.backup;

import io.lockkeeper.http.Words;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/// The rows that decide which backups go, and how they go.
final class KeepingRows {
    private static final String KEEPABLE = """
            SELECT id, target_id, method, LEAST(snapshot_at, completed_at) AS taken_at, bytes, verdict, expires_at, hold,
                   CASE WHEN missing IS NOT NULL THEN 'missing'
                        WHEN verdict = 'BROKEN' THEN 'broken'
                        WHEN key_lost IS NOT NULL THEN 'key lost' END AS apart
            FROM backup
            WHERE target = $1 AND state = 'COMPLETE' AND repository_id IS NULL
            ORDER BY id""";
    private static final String LOCK_KEEPABLE = KEEPABLE + " FOR UPDATE";

    /// Asked after the lock: who begins to read later waits for it.
    private static final String READERS = """
            SELECT r.backup, r.job
            FROM backup_reading r JOIN backup b ON b.id = r.backup JOIN job j ON j.id = r.job
            WHERE b.target = $1 AND j.finished_at IS NULL
            ORDER BY r.job""";

    private static final String FORGET_READERS_THAT_ENDED = """
            DELETE FROM backup_reading r
            WHERE r.backup = ANY ($1) AND NOT EXISTS (SELECT FROM job j WHERE j.id = r.job AND j.finished_at IS NULL)""";

    /// The one way in which a backup that was complete goes.
    private static final String DELETE_BACKUPS = """
            WITH gone AS (
                DELETE FROM backup WHERE id = ANY ($1)
                RETURNING id, target, method, depot, folder, sha256, bytes, verdict, LEAST(snapshot_at, completed_at) AS taken_at
            ), left_over AS (
                INSERT INTO backup_leftover (depot, folder, backup) SELECT depot, folder, id FROM gone
            )
            INSERT INTO audit (subject, via, action, target, object, detail)
            SELECT coalesce((SELECT requested_by FROM job WHERE id = $2::bigint), 'lockkeeper'), 'job/' || $2::bigint, 'backup.delete', target,
                   'backup/' || id,
                   jsonb_build_object('backup', id, 'method', method, 'depot', depot, 'folder', folder, 'sha256', sha256,
                                      'bytes', bytes, 'verdict', verdict, 'takenAt', taken_at)
            FROM gone ORDER BY id""";

    private static final String DELETED_BY = """
            SELECT detail FROM audit WHERE target = $1 AND action = 'backup.delete' AND via = 'job/' || $2::bigint ORDER BY id DESC""";

    private KeepingRows() {}

    static Future<List<Keepable>> read(SqlClient store, String target) {
        return withReaders(store, KEEPABLE, target);
    }

    /// None of them is changed by anybody else before the end of this transaction.
    static Future<List<Keepable>> lock(SqlConnection transaction, String target) {
        return withReaders(transaction, LOCK_KEEPABLE, target);
    }

    private static Future<List<Keepable>> withReaders(SqlClient store, String keepable, String target) {
        return store.preparedQuery(keepable).execute(Tuple.of(target)).compose(rows -> store.preparedQuery(READERS)
                .execute(Tuple.of(target))
                .map(KeepingRows::readers)
                .map(readers -> keepables(rows, readers)));
    }

    private static Map<Long, List<Long>> readers(RowSet<Row> rows) {
        Map<Long, List<Long>> readers = new HashMap<>();
        rows.forEach(row -> readers.computeIfAbsent(row.getLong("backup"), _ -> new ArrayList<>())
                .add(row.getLong("job")));
        return readers;
    }

    private static List<Keepable> keepables(RowSet<Row> rows, Map<Long, List<Long>> readers) {
        return StreamSupport.stream(rows.spliterator(), false)
                .map(row -> keepable(row, readers.getOrDefault(row.getLong("id"), List.of())))
                .toList();
    }

    private static Keepable keepable(Row row, List<Long> readers) {
        return new Keepable(
                row.getLong("id"),
                row.getLong("target_id"),
                method(row.getString("method")),
                row.getOffsetDateTime("taken_at").toInstant(),
                row.getLong("bytes"),
                BackupView.Verdict.valueOf(row.getString("verdict")),
                row.getString("apart"),
                instant(row.getOffsetDateTime("expires_at")),
                row.getString("hold"),
                readers);
    }

    static Future<Void> delete(SqlConnection transaction, List<Long> backups, long job) {
        if (backups.isEmpty()) {
            return Future.succeededFuture();
        }
        Long[] ids = backups.toArray(Long[]::new);
        return transaction
                .preparedQuery(FORGET_READERS_THAT_ENDED)
                .execute(Tuple.tuple().addArrayOfLong(ids))
                .compose(_ -> transaction
                        .preparedQuery(DELETE_BACKUPS)
                        .execute(Tuple.tuple().addArrayOfLong(ids).addLong(job)))
                .mapEmpty();
    }

    static Future<List<BackupPruneResult.Decided>> deletedBy(SqlClient store, long job, String target) {
        return store.preparedQuery(DELETED_BY).execute(Tuple.of(target, job)).map(rows -> StreamSupport.stream(
                        rows.spliterator(), false)
                .map(row -> deleted(row.getJsonObject("detail")))
                .toList());
    }

    private static BackupPruneResult.Decided deleted(JsonObject detail) {
        return new BackupPruneResult.Decided(
                detail.getLong("backup"),
                method(detail.getString("method")),
                OffsetDateTime.parse(detail.getString("takenAt")).toInstant(),
                detail.getLong("bytes"),
                true,
                List.of(),
                null);
    }

    private static BackupSpec.Method method(String word) {
        return Words.in(BackupSpec.Method.class).get(word);
    }

    private static @Nullable Instant instant(@Nullable OffsetDateTime time) {
        return time == null ? null : time.toInstant();
    }
}
