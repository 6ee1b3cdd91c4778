package io.lockkeeper.job.table;

import io.vertx.core.Future;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

/// Writes what running jobs tell on their way: log lines, steps, progress. Void for a job that is no longer ours.
public final class TellProgress {
    // The rows of the jobs, before anything else of the transaction: whoever holds the turn to write events must not
    // wait for a row.
    private static final String HOLD_JOBS = """
            SELECT id FROM job WHERE id = ANY ($1) ORDER BY id FOR NO KEY UPDATE
            """;

    private static final String APPEND_EVENTS = """
            WITH told AS MATERIALIZED (
                SELECT t.*
                FROM unnest($1::bigint[], $2::integer[], $3::text[], $4::text[], $5::timestamptz[], $6::integer[])
                         WITH ORDINALITY AS t (job_id, lease, type, data, at, note, nr)
                     JOIN job j ON j.id = t.job_id AND j.lease = t.lease AND j.state IN ('RUNNING', 'CANCELLING')
            ), latest AS (
                SELECT DISTINCT ON (job_id) job_id, data FROM told WHERE type = 'progress' ORDER BY job_id, nr DESC
            ), shown AS (
                UPDATE job SET progress = latest.data::jsonb FROM latest WHERE job.id = latest.job_id
            ), outdated AS (
                DELETE FROM job_event e USING latest WHERE e.job_id = latest.job_id AND e.type = 'progress'
            ), step AS (
                SELECT DISTINCT ON (t.job_id, s.no) t.job_id, j.attempt, s.no, s.name, s.state, s.message, s.began, s.ended
                FROM told t
                     JOIN job j ON j.id = t.job_id
                     CROSS JOIN LATERAL jsonb_to_record(t.data::jsonb)
                         AS s (no integer, name text, state text, message text, began timestamptz, ended timestamptz)
                WHERE t.type = 'step'
                ORDER BY t.job_id, s.no, t.nr DESC
            ), stepped AS (
                INSERT INTO job_step (job_id, attempt, no, name, state, message, started_at, finished_at)
                SELECT job_id, attempt, no, name, state, message, began, ended FROM step
                ON CONFLICT (job_id, attempt, no) DO UPDATE
                SET name = excluded.name, state = excluded.state, message = excluded.message,
                    started_at = excluded.started_at, finished_at = excluded.finished_at
            )
            INSERT INTO job_event (job_id, lease, note, type, at, data)
            SELECT job_id, lease, note, type, at, data::jsonb - 'began' - 'ended' FROM told ORDER BY nr
            ON CONFLICT DO NOTHING
            """;

    private TellProgress() {}

    /// @param note counts what a run tells: after a commit of unknown outcome it is told again, and not
    /// written twice
    /// @param data an object: `{lines: [...]}`, `{percent, message}` or `{no, name, state, message, ms,
    /// began, ended}`
    public record Told(long job, int lease, int note, String type, String data, Instant at) {}

    public static Future<Void> hold(SqlClient store, List<Long> jobs) {
        return store.preparedQuery(HOLD_JOBS)
                .execute(Tuple.tuple().addArrayOfLong(jobs.toArray(Long[]::new)))
                .mapEmpty();
    }

    public static Future<Void> on(SqlClient store, List<Told> told) {
        List<Long> jobs = new ArrayList<>();
        List<Integer> leases = new ArrayList<>();
        List<String> types = new ArrayList<>();
        List<String> data = new ArrayList<>();
        List<OffsetDateTime> times = new ArrayList<>();
        List<Integer> notes = new ArrayList<>();
        for (Told one : told) {
            notes.add(one.note());
            jobs.add(one.job());
            leases.add(one.lease());
            types.add(one.type());
            data.add(one.data());
            times.add(one.at().atOffset(ZoneOffset.UTC));
        }
        Tuple columns = Tuple.tuple()
                .addArrayOfLong(jobs.toArray(Long[]::new))
                .addArrayOfInteger(leases.toArray(Integer[]::new))
                .addArrayOfString(types.toArray(String[]::new))
                .addArrayOfString(data.toArray(String[]::new))
                .addArrayOfOffsetDateTime(times.toArray(OffsetDateTime[]::new))
                .addArrayOfInteger(notes.toArray(Integer[]::new));
        return store.preparedQuery(APPEND_EVENTS).execute(columns).mapEmpty();
    }
}
