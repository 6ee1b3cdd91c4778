package io.lockkeeper.restore;

import io.lockkeeper.target.LastProof;
import io.lockkeeper.target.ProofOfTargets;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/// When targets were last proven to be restorable. A test does not count once a newer one has found its backup broken.
@Singleton
class LastProofs implements ProofOfTargets {
    private static final String OF_ONE = """
            SELECT t.id, t.backup, t.ended_at, t.snapshot_at, t.restore_ms
            FROM restore_test t JOIN target ON target.id = t.target_id AND target.name = $1
            WHERE t.verdict = 'PROVEN'
              AND NOT EXISTS (SELECT FROM restore_test newer WHERE newer.backup = t.backup AND newer.id > t.id
                                                               AND newer.verdict = 'BROKEN')
            ORDER BY t.id DESC LIMIT 1""";

    private static final String OF_ALL = """
            SELECT target.name,
                   (SELECT t.ended_at FROM restore_test t
                    WHERE t.target_id = target.id AND t.verdict = 'PROVEN'
                      AND NOT EXISTS (SELECT FROM restore_test newer WHERE newer.backup = t.backup AND newer.id > t.id
                                                                       AND newer.verdict = 'BROKEN')
                    ORDER BY t.id DESC LIMIT 1) AS proven_at,
                   (SELECT t.restore_ms FROM restore_test t
                    WHERE t.target_id = target.id AND t.restore_ms IS NOT NULL ORDER BY t.id DESC LIMIT 1) AS restore_ms
            FROM target ORDER BY target.name LIMIT 1000""";

    private final Pool store;

    LastProofs(Pool store) {
        this.store = store;
    }

    /// @param provenAt none: never
    record Row(
            String target,
            @Nullable Instant provenAt,
            @Nullable Long restoreMs) {}

    @Override
    public Future<Optional<LastProof>> of(String target) {
        return store.preparedQuery(OF_ONE).execute(Tuple.of(target)).map(rows -> StreamSupport.stream(
                        rows.spliterator(), false)
                .findFirst()
                .map(row -> new LastProof(
                        row.getLong("id"),
                        row.getLong("backup"),
                        row.getOffsetDateTime("ended_at").toInstant(),
                        row.getOffsetDateTime("snapshot_at").toInstant(),
                        row.getLong("restore_ms"))));
    }

    Future<List<Row>> all() {
        return store.query(OF_ALL).execute().map(rows -> StreamSupport.stream(rows.spliterator(), false)
                .map(row -> new Row(
                        row.getString("name"), instant(row.getOffsetDateTime("proven_at")), row.getLong("restore_ms")))
                .toList());
    }

    private static @Nullable Instant instant(@Nullable OffsetDateTime time) {
        return time == null ? null : time.toInstant();
    }
}
