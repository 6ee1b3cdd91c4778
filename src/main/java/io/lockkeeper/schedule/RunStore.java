package io.lockkeeper.schedule;

import static io.lockkeeper.schedule.ScheduleRows.instant;
import static io.lockkeeper.schedule.ScheduleRows.utc;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Words;
import io.lockkeeper.job.JobState;
import io.lockkeeper.schedule.RunView.Outcome;
import io.lockkeeper.schedule.Timetable.Turn;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// What schedules start: decided once, by whichever instance moves the schedule on, and then carried out by whoever
/// finds it. Each of these statements does nothing the second time.
@Singleton
class RunStore {
    private static final String FIND_DUE = "SELECT " + ScheduleRows.COLUMNS
            + " FROM schedule s WHERE s.next_at <= $1 ORDER BY s.next_at, s.id LIMIT $2";

    private static final String LOOK_AHEAD = """
            SELECT (SELECT count(*) FROM schedule WHERE next_at < $1) AS late, (SELECT min(next_at) FROM schedule) AS next""";

    private static final String MOVE_ON = """
            WITH moved AS (
                UPDATE schedule SET due_at = $4, next_at = $5 WHERE id = $1 AND version = $2 AND due_at = $3
                RETURNING id, name, changed_by
            )
            INSERT INTO schedule_run (schedule_id, due_at, missed, began_at, requested_by, requested_via, outcome)
            SELECT m.id, $6::timestamptz, $7::integer, $8::timestamptz, 'schedule:' || m.name, m.changed_by,
                   CASE WHEN $9::boolean THEN 'skipped-missed'
                        WHEN EXISTS (SELECT FROM job j WHERE j.schedule = m.name AND j.finished_at IS NULL)
                          OR EXISTS (SELECT FROM schedule_run r
                                     WHERE r.schedule_id = m.id AND (r.outcome = 'starting' OR r.then_outcome = 'waiting'))
                        THEN 'skipped-running'
                        ELSE 'starting' END
            FROM moved m
            ON CONFLICT (schedule_id, due_at) DO NOTHING
            RETURNING id, outcome""";

    private static final String POSTPONE = "UPDATE schedule SET next_at = $2 WHERE id = $1 AND next_at < $2";

    private static final String BEGUN = """
            SELECT r.id AS run, r.requested_by, r.requested_via, r.request_id, s.name, s.kind, s.spec::text AS spec,
                   CASE WHEN s.target_id IS NULL THEN s.target END AS lost_target
            FROM schedule_run r JOIN schedule s ON s.id = r.schedule_id
            WHERE r.outcome = 'starting'""";
    private static final String FIND_BEGUN = BEGUN + " AND r.id = $1";
    private static final String FIND_LEFT_BEHIND = BEGUN + " AND r.began_at < $1 ORDER BY r.id LIMIT $2";

    private static final String STARTED = """
            WITH told AS (
                UPDATE schedule_run AS r
                SET outcome = 'started', job_id = $2, then_outcome = CASE WHEN s.then_kind IS NOT NULL THEN 'waiting' END
                FROM schedule s
                WHERE r.id = $1 AND r.outcome = 'starting' AND s.id = r.schedule_id
                RETURNING s.id
            ), mended AS (
                UPDATE schedule AS s SET problem = NULL FROM told t WHERE s.id = t.id AND s.problem IS NOT NULL
            )
            SELECT 1 FROM told""";

    private static final String REFUSED = """
            WITH told AS (
                UPDATE schedule_run SET outcome = 'refused', problem = $2::text::jsonb WHERE id = $1 AND outcome = 'starting'
                RETURNING schedule_id
            ), shown AS (
                UPDATE schedule AS s SET problem = $2::text::jsonb FROM told t WHERE s.id = t.schedule_id
            )
            SELECT 1 FROM told""";

    private static final String FIND_ENDED = """
            SELECT r.id AS run, r.requested_by, r.requested_via, r.request_id, s.name, s.then_kind AS kind,
                   s.then_spec::text AS spec, NULL::text AS lost_target, r.job_id, coalesce(j.kind, s.kind) AS first_kind,
                   j.target AS first_target, j.state
            FROM schedule_run r JOIN schedule s ON s.id = r.schedule_id LEFT JOIN job j ON j.id = r.job_id
            WHERE r.then_outcome = 'waiting' AND (j.id IS NULL OR j.finished_at IS NOT NULL)
            ORDER BY r.id LIMIT $1""";

    private static final String THEN_STARTED = """
            UPDATE schedule_run SET then_outcome = 'started', then_job_id = $2 WHERE id = $1 AND then_outcome = 'waiting'""";
    private static final String THEN_NOT_STARTED = """
            UPDATE schedule_run SET then_outcome = 'not-started' WHERE id = $1 AND then_outcome = 'waiting'""";
    private static final String THEN_REFUSED = """
            WITH told AS (
                UPDATE schedule_run SET then_outcome = 'refused', then_problem = $2::text::jsonb
                WHERE id = $1 AND then_outcome = 'waiting'
                RETURNING schedule_id
            ), shown AS (
                UPDATE schedule AS s SET problem = $2::text::jsonb FROM told t WHERE s.id = t.schedule_id
            )
            SELECT 1 FROM told""";

    private static final String PRUNE_RUNS = """
            DELETE FROM schedule_run
            WHERE id IN (SELECT id FROM schedule_run
                         WHERE began_at < $1 AND outcome <> 'starting' AND then_outcome IS DISTINCT FROM 'waiting'
                         ORDER BY began_at LIMIT 1000)""";

    private final Pool store;
    private final ScheduleRows rows;
    private final ObjectMapper json;

    RunStore(Pool store, ScheduleRows rows, ObjectMapper json) {
        this.store = store;
        this.rows = rows;
        this.json = json;
    }

    /// A row of a schedule that is due, which may turn out not to be readable here.
    record DueRow(long id, Row row) {}

    /// A run that was begun: whether it is to start its job now.
    record Decided(long run, Outcome outcome) {}

    /// @param late how many schedules should have been started long ago
    record Outlook(long late, @Nullable Instant next) {}

    Future<List<DueRow>> due(Instant now, int most) {
        return ask(FIND_DUE, Tuple.of(utc(now), most), row -> new DueRow(row.getLong("id"), row));
    }

    Schedule schedule(DueRow due) {
        return rows.schedule(due.row());
    }

    Future<Outlook> outlook(Instant now) {
        return ask(
                        LOOK_AHEAD,
                        Tuple.of(utc(now.minus(Timetable.PUNCTUAL))),
                        row -> new Outlook(row.getLong("late"), instant(row, "next")))
                .map(List::getFirst);
    }

    /// Empty if somebody else was quicker.
    Future<Optional<Decided>> moveOn(Schedule schedule, Turn turn, boolean skip, Instant now) {
        Tuple values = Tuple.of(
                        schedule.id(), schedule.version(), utc(schedule.next().time()))
                .addOffsetDateTime(utc(turn.next().time()))
                .addOffsetDateTime(utc(turn.next().at()))
                .addOffsetDateTime(utc(turn.due().time()))
                .addInteger(turn.missed())
                .addOffsetDateTime(utc(now))
                .addBoolean(skip);
        return ask(MOVE_ON, values, row -> new Decided(row.getLong("id"), outcome(row)))
                .map(decided -> decided.stream().findFirst());
    }

    static Outcome outcome(Row row) {
        return Words.in(Outcome.class).get(row.getString("outcome"));
    }

    Future<Void> postpone(long schedule, Instant until) {
        return tell(POSTPONE, Tuple.of(schedule, utc(until))).mapEmpty();
    }

    /// Empty if it was carried out meanwhile.
    Future<Optional<Begun>> begun(long run) {
        return ask(FIND_BEGUN, Tuple.of(run), this::begun)
                .map(found -> found.stream().findFirst());
    }

    /// Those that somebody began before that time and did not finish.
    Future<List<Begun>> leftBehind(Instant before, int most) {
        return ask(FIND_LEFT_BEHIND, Tuple.of(utc(before), most), this::begun);
    }

    private Begun begun(Row row) {
        String lostTarget = row.getString("lost_target");
        return new Begun(
                row.getLong("run"),
                row.getString("name"),
                row.getString("kind"),
                row.getString("spec") == null ? null : rows.object(row.getString("spec")),
                row.getString("requested_by"),
                row.getString("requested_via"),
                row.getString("request_id"),
                lostTarget == null ? null : Schedule.targetDeleted(lostTarget));
    }

    /// True, as with all of the following, when this call made the difference.
    Future<Boolean> started(long run, long job) {
        return tell(STARTED, Tuple.of(run, job));
    }

    Future<Boolean> refused(long run, Problem problem) {
        return tell(REFUSED, Tuple.of(run, write(problem)));
    }

    Future<List<Ended>> ended(int most) {
        return ask(FIND_ENDED, Tuple.of(most), row -> {
            String state = row.getString("state");
            return new Ended(
                    begun(row),
                    row.getLong("job_id"),
                    row.getString("first_kind"),
                    row.getString("first_target"),
                    state == null ? null : JobState.valueOf(state));
        });
    }

    Future<Boolean> thenStarted(long run, long job) {
        return tell(THEN_STARTED, Tuple.of(run, job));
    }

    Future<Boolean> thenNotStarted(long run) {
        return tell(THEN_NOT_STARTED, Tuple.of(run));
    }

    Future<Boolean> thenRefused(long run, Problem problem) {
        return tell(THEN_REFUSED, Tuple.of(run, write(problem)));
    }

    Future<Integer> prune(Instant before) {
        return store.preparedQuery(PRUNE_RUNS).execute(Tuple.of(utc(before))).map(RowSet::rowCount);
    }

    private Future<Boolean> tell(String sql, Tuple values) {
        return store.preparedQuery(sql).execute(values).map(told -> told.rowCount() > 0);
    }

    private <T> Future<List<T>> ask(String sql, Tuple values, Function<Row, T> read) {
        return store.preparedQuery(sql).execute(values).map(found -> {
            List<T> all = new ArrayList<>(found.size());
            found.forEach(row -> all.add(read.apply(row)));
            return all;
        });
    }

    private String write(Problem problem) {
        try {
            return json.writeValueAsString(problem);
        } catch (JsonProcessingException broken) {
            throw new IllegalStateException(broken);
        }
    }
}
