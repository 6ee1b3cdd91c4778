package io.lockkeeper.job.table;

import io.lockkeeper.job.JobState;
import io.lockkeeper.job.JobView;
import io.lockkeeper.job.Json;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Jobs as the API shows them.
public final class JobReads {
    private static final String COLUMNS = """
            SELECT j.id, j.kind, j.target, j.state, j.attempt, j.max_attempts, j.priority, j.progress::text AS progress,
                   j.requested_by, j.requested_via, j.spec::text AS spec, j.result::text AS result, j.error::text AS error,
                   j.labels::text AS labels, j.approvals_required, j.retry_of, j.schedule, j.created_at, j.not_before, j.due_at,
                   j.started_at, j.finished_at, j.deadline_at, j.cancel_requested_at, j.worker,
                   CASE WHEN j.reason IS NOT NULL OR j.state <> 'QUEUED' THEN j.reason
                        WHEN j.exclusive AND EXISTS (SELECT FROM job r WHERE r.lane = j.lane AND r.exclusive
                                                       AND r.state IN ('RUNNING', 'CANCELLING')) THEN 'WAITING_FOR_TARGET'
                        ELSE 'WAITING_FOR_WORKER' END AS reason,
                   CASE WHEN j.attempt > 0 THEN (
                       SELECT json_agg(json_strip_nulls(json_build_object('no', s.no, 'name', s.name, 'state', CASE WHEN s.state = 'RUNNING' AND j.finished_at IS NOT NULL THEN 'FAILED' ELSE s.state END,
                                  'startedAt', to_char(s.started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
                                  'finishedAt', to_char(s.finished_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'message', s.message)) ORDER BY s.no)
                       FROM job_step s WHERE s.job_id = j.id AND s.attempt = j.attempt)::text END AS steps,
                   CASE WHEN j.approvals_required > 0 THEN coalesce((
                       SELECT json_agg(json_build_object('by', a.by, 'at', to_char(a.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'comment', a.comment) ORDER BY a.at)
                       FROM job_approval a WHERE a.job_id = j.id), '[]')::text END AS approvals,
            """;

    private static final String BY_IDS = COLUMNS + """
                   0::bigint AS last_seq
            FROM job j WHERE j.id = ANY ($1)
            """;

    // The last event in the same snapshot: a stream that starts behind it misses nothing and repeats nothing.
    private static final String BY_ID_WITH_POSITION = COLUMNS + """
                   (SELECT coalesce(max(e.seq), 0) FROM job_event e WHERE e.job_id = j.id) AS last_seq
            FROM job j WHERE j.id = $1
            """;

    private static final String PAGE = COLUMNS + """
                   0::bigint AS last_seq
            FROM job j
            WHERE ($1::bigint IS NULL OR j.id < $1)
              AND ($2::text IS NULL OR j.target = $2)
              AND ($3::text IS NULL OR j.kind = $3)
              AND ($4::text[] IS NULL OR j.state = ANY ($4))
              AND ($5::jsonb IS NULL OR j.labels @> $5)
            ORDER BY j.id DESC
            LIMIT $6
            """;

    private static final String BY_KEY = """
            SELECT digest, object FROM idempotency WHERE subject = $1 AND key = $2
            """;

    private JobReads() {}

    public record Filter(String target, String kind, List<JobState> states, Map<String, String> labels) {}

    /// What an idempotency key was first used for.
    public record FirstUse(byte[] digest, String object) {}

    public static Future<Map<Long, JobView>> byIds(SqlClient store, List<Long> ids) {
        return store.preparedQuery(BY_IDS)
                .execute(Tuple.tuple().addArrayOfLong(ids.toArray(Long[]::new)))
                .map(rows -> {
                    Map<Long, JobView> views = new HashMap<>();
                    for (Row row : rows) {
                        views.put(row.getLong("id"), view(row));
                    }
                    return views;
                });
    }

    public static Future<Optional<JobView>> byId(SqlClient store, long id) {
        return store.preparedQuery(BY_ID_WITH_POSITION).execute(Tuple.of(id)).map(rows -> views(rows).stream()
                .findFirst());
    }

    /// Newest first, those with an id below `before` (null: from the newest).
    public static Future<List<JobView>> page(SqlClient store, Filter filter, Long before, int limit) {
        Tuple where = Tuple.tuple()
                .addLong(before)
                .addString(filter.target())
                .addString(filter.kind())
                .addArrayOfString(
                        filter.states().isEmpty()
                                ? null
                                : filter.states().stream().map(Enum::name).toArray(String[]::new))
                .addValue(
                        filter.labels().isEmpty()
                                ? null
                                : new io.vertx.core.json.JsonObject(Map.copyOf(filter.labels())))
                .addInteger(limit);
        return store.preparedQuery(PAGE).execute(where).map(JobReads::views);
    }

    public static Future<Optional<FirstUse>> firstUseOf(SqlClient store, String subject, String key) {
        return store.preparedQuery(BY_KEY).execute(Tuple.of(subject, key)).map(rows -> {
            for (Row row : rows) {
                return Optional.of(new FirstUse(row.getBuffer("digest").getBytes(), row.getString("object")));
            }
            return Optional.empty();
        });
    }

    private static List<JobView> views(RowSet<Row> rows) {
        List<JobView> views = new ArrayList<>();
        for (Row row : rows) {
            views.add(view(row));
        }
        return views;
    }

    private static JobView view(Row row) {
        long id = row.getLong("id");
        JobState state = JobState.valueOf(row.getString("state"));
        int approvals = row.getInteger("approvals_required");
        return new JobView(
                id,
                row.getString("kind"),
                row.getString("target"),
                state,
                state.done(),
                row.getString("reason"),
                row.getInteger("attempt"),
                row.getInteger("max_attempts"),
                row.getShort("priority"),
                Json.orNull(row.getString("progress")),
                Json.orNull(row.getString("steps")),
                new JobView.RequestedBy(row.getString("requested_by"), row.getString("requested_via")),
                Json.orNull(row.getString("spec")),
                Json.orNull(row.getString("result")),
                Json.orNull(row.getString("error")),
                Json.orNull(row.getString("labels")),
                approvals == 0 ? null : new JobView.Approval(approvals, Json.orNull(row.getString("approvals"))),
                row.getLong("retry_of"),
                row.getString("schedule"),
                instant(row, "created_at"),
                instant(row, "not_before"),
                instant(row, "due_at"),
                instant(row, "started_at"),
                instant(row, "finished_at"),
                instant(row, "deadline_at"),
                instant(row, "cancel_requested_at"),
                row.getString("worker"),
                JobView.Links.of(id),
                row.getLong("last_seq"));
    }

    private static Instant instant(Row row, String column) {
        var time = row.getOffsetDateTime(column);
        return time == null ? null : time.toInstant();
    }
}
