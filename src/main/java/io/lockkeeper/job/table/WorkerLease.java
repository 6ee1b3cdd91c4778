package io.lockkeeper.job.table;

import io.vertx.core.Future;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// The lease of one instance, which covers all of its jobs. Only the database's clock counts.
public final class WorkerLease {
    private static final String REGISTER_WORKER = """
            INSERT INTO worker (id, name, lease_until) VALUES ($1, $2, clock_timestamp() + $3 * interval '1 millisecond')
            ON CONFLICT (id) DO UPDATE SET lease_until = excluded.lease_until -- its first answer got lost
            """;

    // A lease that ran out stays dead: somebody may be rescuing its jobs right now.
    private static final String RENEW_LEASE = """
            WITH renewed AS (
                UPDATE worker SET lease_until = clock_timestamp() + $2 * interval '1 millisecond'
                WHERE id = $1 AND lease_until > clock_timestamp()
                RETURNING id
            )
            SELECT (SELECT count(*) FROM renewed) AS renewed,
                   ARRAY(SELECT id FROM job WHERE worker_id = $1 AND state = 'CANCELLING') AS cancelling
            """;

    // Only once nothing runs under it: a row that is gone counts as a lease that ran out.
    private static final String RETIRE_WORKER = """
            DELETE FROM worker
            WHERE id = $1 AND NOT EXISTS (SELECT FROM job WHERE worker_id = $1 AND state IN ('RUNNING', 'CANCELLING'))
            """;

    // What a transaction of unknown outcome may have put under our lease without our knowing.
    private static final String HAND_BACK_UNKNOWN = """
            UPDATE job
            SET state = CASE WHEN state = 'CANCELLING' THEN 'CANCELLED' ELSE 'QUEUED' END,
                reason = CASE WHEN state = 'CANCELLING' THEN NULL ELSE 'HANDED_BACK' END,
                finished_at = CASE WHEN state = 'CANCELLING' THEN clock_timestamp() END,
                attempt = attempt - 1, lease = lease + 1, worker_id = NULL, slot = NULL
            WHERE worker_id = $1 AND state IN ('RUNNING', 'CANCELLING') AND NOT id = ANY ($2)
            """;

    private WorkerLease() {}

    public static Future<Void> register(SqlClient store, UUID worker, String name, Duration lease) {
        return store.preparedQuery(REGISTER_WORKER)
                .execute(Tuple.of(worker, name, lease.toMillis()))
                .mapEmpty();
    }

    /// Empty when the lease is lost, else those of its jobs that were told to stop.
    public static Future<Optional<List<Long>>> renew(SqlClient store, UUID worker, Duration lease) {
        return store.preparedQuery(RENEW_LEASE)
                .execute(Tuple.of(worker, lease.toMillis()))
                .map(rows -> {
                    var row = rows.iterator().next();
                    return row.getLong("renewed") == 0
                            ? Optional.empty()
                            : Optional.of(List.of(row.getArrayOfLongs("cancelling")));
                });
    }

    public static Future<Void> retire(SqlClient store, UUID worker) {
        return store.preparedQuery(RETIRE_WORKER).execute(Tuple.of(worker)).mapEmpty();
    }

    public static Future<Integer> handBackUnknown(SqlClient store, UUID worker, List<Long> known) {
        return store.preparedQuery(HAND_BACK_UNKNOWN)
                .execute(Tuple.tuple().addUUID(worker).addArrayOfLong(known.toArray(Long[]::new)))
                .map(rows -> rows.rowCount());
    }
}
