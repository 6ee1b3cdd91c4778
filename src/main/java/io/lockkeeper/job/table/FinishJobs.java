package io.lockkeeper.job.table;

import io.lockkeeper.job.JobState;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Writes what became of many running jobs in one statement. A job whose lease was raised meanwhile is left alone: it
/// is somebody else's.
public final class FinishJobs {
    private static final String FINISH_JOBS = """
            WITH outcome AS (
                SELECT o.id, o.lease, o.result, o.error, o.pause, o.uncount,
                       -- a job that was told to stop does not start over, whatever its worker had in mind
                       CASE WHEN j.state = 'CANCELLING' AND o.state IN ('QUEUED', 'SCHEDULED') THEN 'CANCELLED' ELSE o.state END AS state,
                       CASE WHEN j.state = 'CANCELLING' AND o.state IN ('QUEUED', 'SCHEDULED') THEN NULL ELSE o.reason END AS reason
                FROM unnest($1::bigint[], $2::integer[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::boolean[])
                         AS o (id, lease, state, reason, result, error, pause, uncount)
                     JOIN job j ON j.id = o.id
            )
            UPDATE job
            SET state = o.state, reason = o.reason, result = o.result::jsonb, error = o.error::jsonb,
                worker_id = NULL, slot = NULL,
                attempt = CASE WHEN o.uncount THEN attempt - 1 ELSE attempt END,
                due_at = CASE WHEN o.state = 'SCHEDULED' THEN clock_timestamp() + o.pause * interval '1 millisecond' END,
                finished_at = CASE WHEN o.state IN ('SUCCEEDED', 'FAILED', 'CANCELLED') THEN clock_timestamp() END
            FROM outcome o
            WHERE job.id = o.id AND job.lease = o.lease AND job.state IN ('RUNNING', 'CANCELLING')
            RETURNING job.id
            """;

    private FinishJobs() {}

    /// @param state where the job goes: to its end, or back into the queue, or to wait for its next attempt
    /// @param pauseMillis how long it waits for that attempt
    /// @param uncount this attempt does not count, for it was us who ended it
    public record Outcome(
            long id,
            int lease,
            JobState state,
            String reason,
            String result,
            String error,
            long pauseMillis,
            boolean uncount) {}

    /// The ids of those that were still ours.
    public static Future<Set<Long>> on(SqlClient store, List<Outcome> outcomes) {
        int n = outcomes.size();
        Long[] ids = new Long[n];
        Integer[] leases = new Integer[n];
        String[] states = new String[n];
        String[] reasons = new String[n];
        String[] results = new String[n];
        String[] errors = new String[n];
        Long[] pauses = new Long[n];
        Boolean[] uncounts = new Boolean[n];
        for (int i = 0; i < n; i++) {
            Outcome outcome = outcomes.get(i);
            ids[i] = outcome.id();
            leases[i] = outcome.lease();
            states[i] = outcome.state().name();
            reasons[i] = outcome.reason();
            results[i] = outcome.result();
            errors[i] = outcome.error();
            pauses[i] = outcome.pauseMillis();
            uncounts[i] = outcome.uncount();
        }
        Tuple columns = Tuple.tuple()
                .addArrayOfLong(ids)
                .addArrayOfInteger(leases)
                .addArrayOfString(states)
                .addArrayOfString(reasons)
                .addArrayOfString(results)
                .addArrayOfString(errors)
                .addArrayOfLong(pauses)
                .addArrayOfBoolean(uncounts);
        return store.preparedQuery(FINISH_JOBS).execute(columns).map(rows -> {
            Set<Long> ours = new HashSet<>();
            for (Row row : rows) {
                ours.add(row.getLong(0));
            }
            return ours;
        });
    }
}
