package io.lockkeeper.backup;

import io.lockkeeper.backup.BackupHealthReport.Concern;
import io.lockkeeper.backup.BackupHealthReport.OfTarget;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/// How it stands with the backups of all targets, read from their rows.
@Singleton
class HealthStore {
    private static final String TOTALS = """
            SELECT count(*) FILTER (WHERE missing IS NOT NULL) AS missing,
                   coalesce(array_agg(DISTINCT key_id) FILTER (WHERE key_lost IS NOT NULL), '{}') AS keys_lost,
                   count(*) FILTER (WHERE coalesce(checked_at, completed_at) < clock_timestamp() - interval '2 days') AS unchecked,
                   coalesce(sum(bytes), 0)::bigint AS bytes
            FROM backup WHERE state = 'COMPLETE' AND repository_id IS NULL""";

    private static final String BYTES_BY_DEPOT = """
            SELECT depot, sum(bytes)::bigint AS bytes FROM backup
            WHERE state = 'COMPLETE' AND repository_id IS NULL GROUP BY depot""";

    private static final String CONCERNS = """
            SELECT id, target, missing, key_lost FROM backup
            WHERE state = 'COMPLETE' AND (missing IS NOT NULL OR key_lost IS NOT NULL)
            ORDER BY id DESC LIMIT 100""";

    /// The newest that nothing speaks against.
    private static final String TARGETS = """
            WITH good AS (
                SELECT id, target_id, verdict, snapshot_at
                FROM backup
                WHERE state = 'COMPLETE' AND missing IS NULL AND key_lost IS NULL AND verdict <> 'BROKEN'
            ), newest AS (
                SELECT DISTINCT ON (target_id) target_id, id, snapshot_at FROM good ORDER BY target_id, snapshot_at DESC, id DESC
            ), proven AS (
                SELECT DISTINCT ON (target_id) target_id, id, snapshot_at FROM good WHERE verdict = 'PROVEN'
                ORDER BY target_id, snapshot_at DESC, id DESC
            )
            SELECT t.name, n.id AS newest, n.snapshot_at AS newest_at, p.id AS proven, p.snapshot_at AS proven_at
            FROM target t LEFT JOIN newest n ON n.target_id = t.id LEFT JOIN proven p ON p.target_id = t.id
            ORDER BY n.snapshot_at NULLS FIRST, t.name LIMIT 1000""";

    private final Pool store;

    HealthStore(Pool store) {
        this.store = store;
    }

    Future<BackupHealthReport> report() {
        return all(TOTALS, row -> row).compose(totals -> all(CONCERNS, HealthStore::concern)
                .compose(concerns -> all(TARGETS, HealthStore::ofTarget).map(targets -> {
                    Row total = totals.getFirst();
                    return new BackupHealthReport(
                            total.getLong("missing"),
                            List.of(total.getArrayOfStrings("keys_lost")),
                            total.getLong("unchecked"),
                            total.getLong("bytes"),
                            concerns,
                            targets);
                })));
    }

    Future<Map<String, Long>> bytesByDepot() {
        return store.query(BYTES_BY_DEPOT).execute().map(rows -> {
            Map<String, Long> bytes = new HashMap<>();
            rows.forEach(row -> bytes.put(row.getString("depot"), row.getLong("bytes")));
            return bytes;
        });
    }

    private <T> Future<List<T>> all(String sql, Function<Row, T> read) {
        return store.query(sql).execute().map((RowSet<Row> rows) -> StreamSupport.stream(rows.spliterator(), false)
                .map(read)
                .toList());
    }

    private static Concern concern(Row row) {
        return new Concern(
                row.getLong("id"), row.getString("target"), row.getString("missing"), row.getString("key_lost"));
    }

    private static OfTarget ofTarget(Row row) {
        Instant newest = instant(row.getOffsetDateTime("newest_at"));
        return new OfTarget(
                row.getString("name"),
                row.getLong("newest"),
                newest,
                newest == null
                        ? null
                        : Math.max(0, Duration.between(newest, Instant.now()).toSeconds()),
                row.getLong("proven"),
                instant(row.getOffsetDateTime("proven_at")));
    }

    private static @Nullable Instant instant(@Nullable OffsetDateTime time) {
        return time == null ? null : time.toInstant();
    }
}
