package io.lockkeeper.job.table;

import io.lockkeeper.job.table.NewJob.Origin;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;

/// What people decide about a job that exists. Each is one statement: the change and its audit row, or neither.
public final class CancelJob {
    private static final String CANCEL_JOB = """
            WITH cancelled AS (
                UPDATE job
                SET state = CASE WHEN state = 'RUNNING' THEN 'CANCELLING' ELSE 'CANCELLED' END,
                    reason = NULL, due_at = NULL, cancel_requested_at = clock_timestamp(),
                    finished_at = CASE WHEN state <> 'RUNNING' THEN clock_timestamp() END
                WHERE id = $1 AND state IN ('PENDING_APPROVAL', 'SCHEDULED', 'QUEUED', 'RUNNING')
                RETURNING id, target
            )
            INSERT INTO audit (subject, via, request_id, action, target, object)
            SELECT $2, $3, $4, 'job.cancel', target, 'job/' || id FROM cancelled
            """;

    private CancelJob() {}

    /// False when there was nothing left to cancel: it is finished, or was cancelled before, or there is no such job.
    public static Future<Boolean> on(SqlClient store, long job, Origin by) {
        return store.preparedQuery(CANCEL_JOB)
                .execute(Tuple.of(job, by.subject(), by.via(), by.requestId()))
                .map(rows -> rows.rowCount() > 0);
    }
}
