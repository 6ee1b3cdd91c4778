package io.lockkeeper.schedule;

import static io.lockkeeper.schedule.ScheduleRows.instant;
import static io.lockkeeper.schedule.ScheduleRows.utc;

import io.lockkeeper.http.IdempotencyKey;
import io.lockkeeper.http.Words;
import io.lockkeeper.job.JobView;
import io.lockkeeper.job.Json;
import io.lockkeeper.security.Audit;
import io.lockkeeper.security.AuditStore;
import io.lockkeeper.security.Caller;
import io.lockkeeper.security.IdempotencyStore;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/// Runs for people: begun because somebody asks, and listed.
@Singleton
class RunBook {
    private static final String OBJECT = "schedule-run/";

    private static final String BEGIN_RUN = """
            INSERT INTO schedule_run (schedule_id, began_at, requested_by, requested_via, request_id, outcome)
            SELECT id, $2::timestamptz, $3::text, $4::text, $5::text, 'starting' FROM schedule WHERE id = $1
            RETURNING id""";

    private static final String COLUMNS = """
            SELECT r.id, r.due_at, r.missed, r.began_at, r.requested_by, r.requested_via, r.outcome, r.job_id,
                   r.problem::text AS problem, j.state AS job_state, r.then_outcome, r.then_job_id, t.state AS then_state,
                   r.then_problem::text AS then_problem
            FROM schedule_run r LEFT JOIN job j ON j.id = r.job_id LEFT JOIN job t ON t.id = r.then_job_id
            """;
    private static final String FIND_RUN = COLUMNS + "WHERE r.id = $1";
    private static final String LIST_RUNS =
            COLUMNS + "WHERE r.schedule_id = $1 AND r.id < $2 ORDER BY r.id DESC LIMIT $3";

    private final Pool store;
    private final AuditStore audits;
    private final IdempotencyStore keys;

    RunBook(Pool store, AuditStore audits, IdempotencyStore keys) {
        this.store = store;
        this.audits = audits;
        this.keys = keys;
    }

    /// A run, and whether an earlier call with the same key had begun it.
    record Asked(long run, boolean replayed) {}

    Future<Asked> begin(Schedule schedule, Caller caller, Audit audit, Instant now, Optional<IdempotencyKey> key) {
        Tuple values = Tuple.of(schedule.id(), utc(now), caller.subject(), caller.via(), audit.requestId());
        return store.withTransaction(transaction -> key.map(once -> keys.madeBefore(transaction, caller, once))
                .orElseGet(() -> Future.succeededFuture(Optional.empty()))
                .compose(earlier -> earlier.isPresent()
                        ? Future.succeededFuture(new Asked(idIn(earlier.get()), true))
                        : insert(transaction, values, caller, audit, key)
                                .map(run -> new Asked(
                                        run.orElseThrow(() -> ScheduleStore.missing(
                                                schedule.spec().name())),
                                        false))));
    }

    private Future<Optional<Long>> insert(
            SqlConnection transaction, Tuple values, Caller caller, Audit audit, Optional<IdempotencyKey> key) {
        return transaction
                .preparedQuery(BEGIN_RUN)
                .execute(values)
                .map(made -> StreamSupport.stream(made.spliterator(), false)
                        .findFirst()
                        .map(row -> row.getLong("id")))
                .compose(run -> audits.append(transaction, audit)
                        .compose(_ -> key.isPresent() && run.isPresent()
                                ? keys.remember(transaction, caller, key.get(), OBJECT + run.get())
                                : Future.<Void>succeededFuture())
                        .map(run));
    }

    private static long idIn(String object) {
        if (!object.startsWith(OBJECT)) {
            throw IdempotencyKey.reused();
        }
        return Long.parseLong(object.substring(OBJECT.length()));
    }

    Future<Optional<RunView>> find(long run) {
        return store.preparedQuery(FIND_RUN).execute(Tuple.of(run)).map(found -> StreamSupport.stream(
                        found.spliterator(), false)
                .findFirst()
                .map(RunBook::view));
    }

    /// Newest first.
    Future<List<RunView>> page(long schedule, long before, int limit) {
        return store.preparedQuery(LIST_RUNS)
                .execute(Tuple.of(schedule, before, limit))
                .map(found -> StreamSupport.stream(found.spliterator(), false)
                        .map(RunBook::view)
                        .toList());
    }

    private static RunView view(Row row) {
        int missed = row.getInteger("missed");
        return new RunView(
                row.getLong("id"),
                instant(row, "due_at"),
                missed == 0 ? null : missed,
                instant(row, "began_at"),
                new JobView.RequestedBy(row.getString("requested_by"), row.getString("requested_via")),
                RunStore.outcome(row),
                RunView.Job.of(row.getLong("job_id"), row.getString("job_state")),
                Json.orNull(row.getString("problem")),
                then(row));
    }

    private static RunView.@Nullable Then then(Row row) {
        String outcome = row.getString("then_outcome");
        return outcome == null
                ? null
                : new RunView.Then(
                        Words.in(RunView.ThenOutcome.class).get(outcome),
                        RunView.Job.of(row.getLong("then_job_id"), row.getString("then_state")),
                        Json.orNull(row.getString("then_problem")));
    }
}
