package io.lockkeeper.job.table;

import io.lockkeeper.job.table.NewJob.Origin;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Tuple;

/// Four eyes: a job on a protected target waits for as many people as the target wants, none of them the one who asked
/// for it.
public final class ApproveJob {
    private static final String HOLD_JOB = "SELECT FROM job WHERE id = $1 FOR UPDATE";

    private static final String APPROVE_JOB = """
            WITH waiting AS MATERIALIZED (
                SELECT * FROM job
                WHERE id = $1 AND state = 'PENDING_APPROVAL' AND requested_by <> $2
                  AND (schedule IS NULL OR requested_via <> $2) -- who wrote the schedule
                FOR UPDATE
            ), given AS (
                INSERT INTO job_approval (job_id, by, comment) SELECT id, $2, $5 FROM waiting
                ON CONFLICT DO NOTHING
                RETURNING job_id
            ), enough AS (
                UPDATE job
                SET state = CASE WHEN w.not_before > clock_timestamp() THEN 'SCHEDULED' ELSE 'QUEUED' END,
                    due_at = CASE WHEN w.not_before > clock_timestamp() THEN w.not_before END
                FROM waiting w JOIN given g ON g.job_id = w.id
                WHERE job.id = w.id
                  AND (SELECT count(*) FROM job_approval a WHERE a.job_id = w.id) + 1 >= w.approvals_required
            )
            INSERT INTO audit (subject, via, request_id, action, target, object, detail)
            SELECT $2, $3, $4, 'job.approve', w.target, 'job/' || w.id, jsonb_build_object('comment', $5::text)
            FROM waiting w JOIN given g ON g.job_id = w.id
            """;

    private static final String REJECT_JOB = """
            WITH rejected AS (
                UPDATE job SET state = 'REJECTED', finished_at = clock_timestamp()
                WHERE id = $1 AND state = 'PENDING_APPROVAL'
                RETURNING id, target
            )
            INSERT INTO audit (subject, via, request_id, action, target, object, detail)
            SELECT $2, $3, $4, 'job.reject', target, 'job/' || id, jsonb_build_object('comment', $5::text) FROM rejected
            """;

    private ApproveJob() {}

    /// False when it changed nothing: the job does not wait for approval, or it is the caller's own, or the caller has
    /// approved it before.
    public static Future<Boolean> approve(Pool store, long job, Origin by, String comment) {
        return decide(store, APPROVE_JOB, job, by, comment);
    }

    public static Future<Boolean> reject(Pool store, long job, Origin by, String comment) {
        return decide(store, REJECT_JOB, job, by, comment);
    }

    /// The row is held first, by a statement of its own: the next one then sees what others decided meanwhile.
    private static Future<Boolean> decide(Pool store, String sql, long job, Origin by, String comment) {
        return store.withTransaction(transaction -> transaction
                .preparedQuery(HOLD_JOB)
                .execute(Tuple.of(job))
                .compose(_ -> transaction
                        .preparedQuery(sql)
                        .execute(Tuple.of(job, by.subject(), by.via(), by.requestId(), comment)))
                .map(rows -> rows.rowCount() > 0));
    }
}
