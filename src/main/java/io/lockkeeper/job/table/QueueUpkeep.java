package io.lockkeeper.job.table;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;

/// What must happen to jobs although nobody is running them. Every instance may do it at any time: rows that another
/// one holds are passed over, and doing it twice does nothing.
public final class QueueUpkeep {
    private static final String QUEUE_DUE_JOBS = """
            WITH due AS MATERIALIZED (
                SELECT id FROM job WHERE state = 'SCHEDULED' AND due_at <= clock_timestamp()
                ORDER BY due_at LIMIT 1000 FOR UPDATE SKIP LOCKED
            ), queued AS (
                UPDATE job SET state = 'QUEUED', reason = NULL, due_at = NULL FROM due WHERE job.id = due.id RETURNING job.id
            )
            SELECT (SELECT count(*) FROM queued) AS moved,
                   (SELECT extract(epoch FROM min(due_at) - clock_timestamp()) * 1000 FROM job
                    WHERE state = 'SCHEDULED' AND due_at > clock_timestamp())::bigint AS next
            """;

    private static final String FAIL_JOBS_PAST_DEADLINE = """
            WITH late AS MATERIALIZED (
                SELECT id FROM job
                WHERE deadline_at <= clock_timestamp() AND finished_at IS NULL
                  AND state IN ('PENDING_APPROVAL', 'SCHEDULED', 'QUEUED')
                ORDER BY id LIMIT 1000 FOR UPDATE SKIP LOCKED
            )
            UPDATE job
            SET state = 'FAILED', reason = 'DEADLINE_EXCEEDED', due_at = NULL, finished_at = clock_timestamp(),
                error = jsonb_build_object('type', 'urn:lockkeeper:problem:deadline-exceeded', 'code', 'deadline-exceeded',
                    'title', 'Deadline exceeded', 'status', 409,
                    'detail', 'Its deadline passed before the job could start; ask again with a later one.')
            FROM late WHERE job.id = late.id
            """;

    private static final String RESCUE_LOST_JOBS = """
            WITH lost AS MATERIALIZED (
                SELECT j.id, j.worker,
                       CASE WHEN j.state = 'CANCELLING' THEN 'CANCELLED'
                            WHEN j.on_lost = 'fail' OR j.attempt >= j.max_attempts THEN 'FAILED'
                            ELSE 'QUEUED' END AS next
                FROM job j
                WHERE j.state IN ('RUNNING', 'CANCELLING')
                  AND NOT EXISTS (SELECT FROM worker w WHERE w.id = j.worker_id AND w.lease_until > clock_timestamp())
                ORDER BY j.id LIMIT 1000 FOR UPDATE OF j SKIP LOCKED
            )
            UPDATE job
            SET state = lost.next, reason = 'WORKER_LOST', lease = lease + 1, worker_id = NULL, slot = NULL,
                finished_at = CASE WHEN lost.next <> 'QUEUED' THEN clock_timestamp() END,
                error = CASE WHEN lost.next = 'FAILED' THEN jsonb_build_object('type', 'urn:lockkeeper:problem:worker-lost',
                    'code', 'worker-lost', 'title', 'Worker lost', 'status', 500,
                    'detail', format('The worker %s died during attempt %s of %s; look at what the job left on its target, then retry it.',
                                     lost.worker, job.attempt, job.max_attempts)) END
            FROM lost WHERE job.id = lost.id
            RETURNING job.id
            """;

    private static final String FORGET_DEAD_WORKERS = """
            DELETE FROM worker w
            WHERE lease_until < clock_timestamp() - interval '1 minute'
              AND NOT EXISTS (SELECT FROM job j WHERE j.worker_id = w.id AND j.state IN ('RUNNING', 'CANCELLING'))
            """;

    private static final String PRUNE_HISTORY = """
            WITH old AS MATERIALIZED (
                SELECT id FROM job
                WHERE finished_at < clock_timestamp() - $1 * interval '1 millisecond'
                ORDER BY finished_at LIMIT 500 FOR UPDATE SKIP LOCKED
            ), gone_event AS (
                DELETE FROM job_event e USING old WHERE e.job_id = old.id RETURNING e.seq
            ), horizon AS (
                UPDATE job_event_horizon SET pruned = greatest(pruned, (SELECT max(seq) FROM gone_event))
                WHERE EXISTS (SELECT FROM gone_event)
            )
            DELETE FROM job USING old WHERE job.id = old.id
            """;

    private static final String PRUNE_IDEMPOTENCY_KEYS = """
            DELETE FROM idempotency
            WHERE created_at < clock_timestamp() - interval '24 hours'
              AND (key NOT LIKE 'schedule run/%' OR created_at < clock_timestamp() - $1 * interval '1 millisecond')
            """;

    private QueueUpkeep() {}

    /// @param next how long until the next job is due, null when none is scheduled
    public record Promotion(long queued, Duration next) {}

    public static Future<Promotion> queueDueJobs(SqlClient store) {
        return store.preparedQuery(QUEUE_DUE_JOBS).execute().map(rows -> {
            Row row = rows.iterator().next();
            Long next = row.getLong("next");
            return new Promotion(row.getLong("moved"), next == null ? null : Duration.ofMillis(Math.max(1, next)));
        });
    }

    public static Future<Integer> failJobsPastDeadline(SqlClient store) {
        return store.preparedQuery(FAIL_JOBS_PAST_DEADLINE).execute().map(RowSet::rowCount);
    }

    public static Future<Integer> rescueLostJobs(SqlClient store) {
        return store.preparedQuery(RESCUE_LOST_JOBS).execute().map(RowSet::rowCount);
    }

    public static Future<Integer> forgetDeadWorkers(SqlClient store) {
        return store.preparedQuery(FORGET_DEAD_WORKERS).execute().map(RowSet::rowCount);
    }

    /// Removes a batch of the jobs that finished longer ago than `age`, with their events. How many.
    public static Future<Integer> pruneHistory(SqlClient store, Duration age) {
        return store.preparedQuery(PRUNE_HISTORY)
                .execute(Tuple.of(age.toMillis()))
                .map(RowSet::rowCount);
    }

    /// After a day; those of schedules (see `Occasion`) with the history of jobs.
    public static Future<Integer> pruneIdempotencyKeys(SqlClient store, Duration age) {
        return store.preparedQuery(PRUNE_IDEMPOTENCY_KEYS)
                .execute(Tuple.of(age.toMillis()))
                .map(RowSet::rowCount);
    }
}
