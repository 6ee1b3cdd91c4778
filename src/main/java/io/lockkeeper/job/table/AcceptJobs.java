package io.lockkeeper.job.table;

import io.lockkeeper.job.JobState;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/// Stores many new jobs in one statement: the jobs, their idempotency keys and their audit rows, all or none.
public final class AcceptJobs {
    private static final String ACCEPT_JOBS = """
            WITH asked AS MATERIALIZED (
                SELECT nextval('job_id_seq') AS id, a.*,
                       a.reject AND EXISTS (SELECT FROM job j WHERE j.lane = a.lane AND j.finished_at IS NULL) AS conflicts
                FROM unnest($1::text[], $2::text[], $3::bigint[], $4::integer[], $5::smallint[], $6::text[],
                            $7::boolean[], $8::boolean[], $9::text[], $10::text[], $11::text[], $12::integer[],
                            $13::timestamptz[], $14::timestamptz[], $15::bigint[], $16::text[],
                            $17::text[], $18::text[], $19::text[], $20::text[], $21::bytea[])
                     WITH ORDINALITY
                     AS a (kind, target, target_id, approvals, priority, lane,
                           exclusive, reject, on_lost, spec, labels, max_attempts,
                           not_before, deadline_at, retry_of, schedule,
                           subject, via, request_id, key, digest, nr)
            ), fresh AS (
                INSERT INTO idempotency (subject, key, digest, object)
                SELECT subject, key, digest, 'job/' || id FROM asked WHERE key IS NOT NULL AND NOT conflicts
                ORDER BY subject, key -- the same order everywhere, for an insert waits for another's of the same key
                ON CONFLICT DO NOTHING
                RETURNING object
            ), born AS (
                INSERT INTO job (id, kind, target, target_id, state, due_at, priority, lane, exclusive, on_lost, spec, labels,
                                 max_attempts, not_before, deadline_at, retry_of, schedule, approvals_required,
                                 requested_by, requested_via)
                SELECT id, kind, target, target_id,
                       CASE WHEN approvals > 0 THEN 'PENDING_APPROVAL'
                            WHEN not_before > clock_timestamp() THEN 'SCHEDULED'
                            ELSE 'QUEUED' END,
                       CASE WHEN not_before > clock_timestamp() AND approvals = 0 THEN not_before END,
                       priority, lane, exclusive, on_lost, spec::jsonb, labels::jsonb,
                       max_attempts, not_before, deadline_at, retry_of, schedule, approvals,
                       subject, via
                FROM asked
                WHERE NOT conflicts AND (key IS NULL OR 'job/' || id IN (SELECT object FROM fresh))
                ORDER BY nr
                RETURNING id, state, due_at, created_at
            ), noted AS (
                INSERT INTO audit (subject, via, request_id, action, target, object, detail)
                SELECT subject, via, request_id, 'job.accept', target, 'job/' || id,
                       jsonb_build_object('kind', kind, 'spec', spec::jsonb)
                FROM asked JOIN born USING (id)
                ORDER BY nr
            )
            SELECT a.id, a.conflicts, b.state, b.due_at, b.created_at
            FROM asked a LEFT JOIN born b USING (id)
            ORDER BY a.nr
            """;

    private AcceptJobs() {}

    /// What became of each, in the order in which they were asked: born with a state, or refused because it conflicts,
    /// or (neither) known already under its idempotency key.
    public record Answer(long id, JobState state, Instant dueAt, Instant createdAt, boolean conflicts) {
        public boolean born() {
            return state != null;
        }
    }

    public static Future<List<Answer>> on(SqlClient store, List<NewJob> jobs) {
        return store.preparedQuery(ACCEPT_JOBS).execute(columnsOf(jobs)).map(rows -> {
            List<Answer> answers = new ArrayList<>(rows.size());
            for (Row row : rows) {
                answers.add(answer(row));
            }
            return answers;
        });
    }

    private static Answer answer(Row row) {
        String state = row.getString("state");
        OffsetDateTime due = row.getOffsetDateTime("due_at");
        OffsetDateTime created = row.getOffsetDateTime("created_at");
        return new Answer(
                row.getLong("id"),
                state == null ? null : JobState.valueOf(state),
                due == null ? null : due.toInstant(),
                created == null ? null : created.toInstant(),
                row.getBoolean("conflicts"));
    }

    private static Tuple columnsOf(List<NewJob> jobs) {
        return Tuple.tuple()
                .addArrayOfString(column(jobs, NewJob::kind).toArray(String[]::new))
                .addArrayOfString(column(jobs, NewJob::target).toArray(String[]::new))
                .addArrayOfLong(column(jobs, NewJob::targetId).toArray(Long[]::new))
                .addArrayOfInteger(column(jobs, NewJob::approvals).toArray(Integer[]::new))
                .addArrayOfShort(column(jobs, NewJob::priority).toArray(Short[]::new))
                .addArrayOfString(column(jobs, NewJob::lane).toArray(String[]::new))
                .addArrayOfBoolean(column(jobs, NewJob::exclusive).toArray(Boolean[]::new))
                .addArrayOfBoolean(column(jobs, NewJob::rejectOnConflict).toArray(Boolean[]::new))
                .addArrayOfString(column(jobs, NewJob::onLost).toArray(String[]::new))
                .addArrayOfString(column(jobs, NewJob::spec).toArray(String[]::new))
                .addArrayOfString(column(jobs, NewJob::labels).toArray(String[]::new))
                .addArrayOfInteger(column(jobs, NewJob::maxAttempts).toArray(Integer[]::new))
                .addArrayOfOffsetDateTime(column(jobs, NewJob::notBefore).toArray(OffsetDateTime[]::new))
                .addArrayOfOffsetDateTime(column(jobs, NewJob::deadline).toArray(OffsetDateTime[]::new))
                .addArrayOfLong(column(jobs, NewJob::retryOf).toArray(Long[]::new))
                .addArrayOfString(column(jobs, NewJob::schedule).toArray(String[]::new))
                .addArrayOfString(column(jobs, job -> job.origin().subject()).toArray(String[]::new))
                .addArrayOfString(column(jobs, job -> job.origin().via()).toArray(String[]::new))
                .addArrayOfString(column(jobs, job -> job.origin().requestId()).toArray(String[]::new))
                .addArrayOfString(column(jobs, AcceptJobs::keyOf).toArray(String[]::new))
                .addArrayOfBuffer(column(jobs, AcceptJobs::digestOf).toArray(Buffer[]::new));
    }

    private static <T> List<T> column(List<NewJob> jobs, Function<NewJob, T> value) {
        List<T> column = new ArrayList<>(jobs.size());
        for (NewJob job : jobs) {
            column.add(value.apply(job));
        }
        return column;
    }

    private static String keyOf(NewJob job) {
        return job.once() == null ? null : job.once().key();
    }

    private static Buffer digestOf(NewJob job) {
        return job.once() == null ? null : Buffer.buffer(job.once().digest());
    }
}
