package io.lockkeeper.backup;

import io.lockkeeper.store.StoreAnswer;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;

/// Which backups are to be looked at, and what was found. Blocks: for virtual threads.
@Singleton
class CheckStore {
    private static final String LYING = "id, target, depot, folder, sha256, key_id, bytes";
    private static final String OF_TARGET = "SELECT " + LYING
            + " FROM backup WHERE target = $1 AND state = 'COMPLETE' AND repository_id IS NULL ORDER BY id";
    private static final String ONE = "SELECT " + LYING
            + " FROM backup WHERE target = $1 AND id = $2 AND state = 'COMPLETE' AND repository_id IS NULL";

    /// Whoever takes one up moves its time on, so that nobody else does; if nothing is heard of it, it is due again
    /// in an hour.
    private static final String TAKE_DUE_CHECKS = "WITH due AS (" + """
                SELECT id FROM backup
                WHERE state = 'COMPLETE' AND repository_id IS NULL AND check_at <= clock_timestamp()
                ORDER BY check_at LIMIT $1
                FOR UPDATE SKIP LOCKED
            )
            UPDATE backup SET check_at = clock_timestamp() + interval '1 hour'
            WHERE id IN (SELECT id FROM due)
            RETURNING """ + " " + LYING;

    /// What only reading has found, a look at sizes does not clear.
    private static final String TELL_FINDING = """
            UPDATE backup
            SET missing = CASE WHEN $2::text IS NULL AND only_by_reading AND NOT $3 THEN missing ELSE $2 END,
                only_by_reading = CASE WHEN $3 THEN $4 ELSE only_by_reading END,
                key_lost = $5, checked_at = clock_timestamp(), check_at = clock_timestamp() + interval '1 day'
            WHERE id = $1 AND state = 'COMPLETE'
            RETURNING missing""";

    private final Pool store;

    CheckStore(Pool store) {
        this.store = store;
    }

    List<Lying> ofTarget(String target) throws InterruptedException {
        return lying(ask(OF_TARGET, Tuple.of(target)));
    }

    Optional<Lying> one(String target, long backup) throws InterruptedException {
        return lying(ask(ONE, Tuple.of(target, backup))).stream().findFirst();
    }

    List<Lying> takeDue(int most) throws InterruptedException {
        return lying(ask(TAKE_DUE_CHECKS, Tuple.of(most)));
    }

    /// The finding, with what an earlier one had found that this one could not have.
    Finding told(Finding finding) throws InterruptedException {
        boolean onlyByReading = finding.onlyByReading() && finding.missing() != null;
        RowSet<Row> rows = ask(
                TELL_FINDING,
                Tuple.of(finding.backup().id(), finding.missing(), finding.deep(), onlyByReading, finding.keyLost()));
        if (rows.rowCount() == 0) {
            return Finding.unseen(finding.backup(), finding.deep(), "it was deleted meanwhile");
        }
        String missing = rows.iterator().next().getString("missing");
        return new Finding(finding.backup(), finding.deep(), missing, onlyByReading, finding.keyLost(), null);
    }

    private static List<Lying> lying(RowSet<Row> rows) {
        return StreamSupport.stream(rows.spliterator(), false)
                .map(row -> new Lying(
                        row.getLong("id"),
                        row.getString("target"),
                        row.getString("depot"),
                        row.getString("folder"),
                        row.getString("sha256"),
                        row.getString("key_id"),
                        row.getLong("bytes")))
                .toList();
    }

    private RowSet<Row> ask(String sql, Tuple values) throws InterruptedException {
        return StoreAnswer.await(store.preparedQuery(sql).execute(values));
    }
}
