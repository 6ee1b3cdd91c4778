package io.lockkeeper.schedule;

import static io.lockkeeper.schedule.ScheduleRows.utc;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lockkeeper.http.ETags;
import io.lockkeeper.http.IdempotencyKey;
import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.lockkeeper.http.Words;
import io.lockkeeper.schedule.ScheduleRequests.Checked;
import io.lockkeeper.schedule.Timetable.Due;
import io.lockkeeper.security.Audit;
import io.lockkeeper.security.AuditStore;
import io.lockkeeper.security.Caller;
import io.lockkeeper.security.IdempotencyStore;
import io.vertx.core.Future;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/// The rows of schedules, for people. Every change writes its audit row in the same transaction.
@Singleton
class ScheduleStore {
    private static final String FIND_SCHEDULE = "SELECT " + ScheduleRows.COLUMNS + " FROM schedule s WHERE s.name = $1";

    private static final String LIST_SCHEDULES = "SELECT " + ScheduleRows.COLUMNS + """
             FROM schedule s
            WHERE s.name > $1 AND ($2::text IS NULL OR s.target = $2) AND ($3::text IS NULL OR s.kind = $3)
            ORDER BY s.name LIMIT $4""";

    private static final String CREATE_SCHEDULE = """
            INSERT INTO schedule AS s (name, cron, time_zone, kind, spec, target_id, then_kind, then_spec, on_missed, jitter_ms,
                                       paused, due_at, next_at, changed_by)
            VALUES ($1, $2, $3, $4, $5::text::jsonb, $6, $7, $8::text::jsonb, $9, $10, $11, $12, $13, $14)
            RETURNING """ + " " + ScheduleRows.COLUMNS;

    // Its next time stays, unless what it depends on was changed: it may have been moved on in this very moment.
    private static final String CHANGE_SCHEDULE = """
            UPDATE schedule AS s
            SET cron = $2, time_zone = $3, kind = $4, spec = $5::text::jsonb, target_id = $6, then_kind = $7,
                then_spec = $8::text::jsonb, on_missed = $9, jitter_ms = $10, paused = $11,
                due_at = CASE WHEN $17 THEN $12 ELSE due_at END, next_at = CASE WHEN $17 THEN $13 ELSE next_at END,
                changed_by = $14, problem = NULL, version = version + 1, updated_at = clock_timestamp()
            WHERE s.name = $1 AND s.id = $15 AND s.version = $16
            RETURNING """ + " " + ScheduleRows.COLUMNS;

    private static final String DELETE_SCHEDULE = "DELETE FROM schedule WHERE id = $1 AND version = $2";

    private final Pool store;
    private final ScheduleRows rows;
    private final AuditStore audits;
    private final IdempotencyStore keys;

    ScheduleStore(Pool store, ScheduleRows rows, AuditStore audits, IdempotencyStore keys) {
        this.store = store;
        this.rows = rows;
        this.audits = audits;
        this.keys = keys;
    }

    /// What is to be stored.
    ///
    /// @param next null: it is paused
    record Draft(
            ScheduleSpec spec,
            @Nullable Long targetId,
            @Nullable Due next,
            Caller caller,
            Audit audit) {
        /// Due anew from now on.
        static Draft of(Checked checked, Caller caller, String action) {
            ScheduleSpec spec = checked.spec();
            Due next = spec.paused() ? null : spec.timetable().after(Instant.now());
            return new Draft(spec, checked.targetId(), next, caller, audit(caller, action, spec));
        }

        static Audit audit(Caller caller, String action, ScheduleSpec spec) {
            return Audit.entry(caller, action, "schedule/" + spec.name())
                    .about(spec.target())
                    .with("kind", spec.kind());
        }

        /// The audit trail tells which fields a patch named.
        Draft naming(ObjectNode patch) {
            List<String> fields =
                    patch.properties().stream().map(Map.Entry::getKey).sorted().toList();
            return new Draft(spec, targetId, next, caller, audit.with("fields", fields));
        }
    }

    /// A schedule, and whether an earlier call with the same key had made it.
    record Made(Schedule schedule, boolean replayed) {}

    Future<Optional<Schedule>> find(String name) {
        return store.preparedQuery(FIND_SCHEDULE).execute(Tuple.of(name)).map(this::first);
    }

    Future<List<Schedule>> list(String after, @Nullable String target, @Nullable String kind, int limit) {
        return store.preparedQuery(LIST_SCHEDULES)
                .execute(Tuple.of(after, target, kind, limit))
                .map(found -> StreamSupport.stream(found.spliterator(), false)
                        .map(rows::schedule)
                        .toList());
    }

    Future<Made> create(Draft draft, Optional<IdempotencyKey> key) {
        return store.withTransaction(transaction -> key.map(once -> keys.madeBefore(transaction, draft.caller(), once))
                        .orElseGet(() -> Future.succeededFuture(Optional.empty()))
                        .compose(earlier -> earlier.isPresent()
                                ? replayed(transaction, earlier.get())
                                : insert(transaction, draft, key)))
                .recover(failure -> Future.failedFuture(told(failure, draft)));
    }

    private Future<Made> insert(SqlConnection transaction, Draft draft, Optional<IdempotencyKey> key) {
        return transaction
                .preparedQuery(CREATE_SCHEDULE)
                .execute(values(draft))
                .map(this::first)
                .compose(made -> audits.append(transaction, draft.audit())
                        .compose(_ -> key.map(once -> keys.remember(
                                        transaction,
                                        draft.caller(),
                                        once,
                                        draft.audit().object()))
                                .orElseGet(Future::succeededFuture))
                        .map(_ -> new Made(made.orElseThrow(), false)));
    }

    private Future<Made> replayed(SqlConnection transaction, String object) {
        String name = object.substring(object.indexOf('/') + 1);
        return transaction.preparedQuery(FIND_SCHEDULE).execute(Tuple.of(name)).map(found -> first(found)
                .map(schedule -> new Made(schedule, true))
                .orElseThrow(() -> missing(name)));
    }

    /// Fails if somebody else has changed it since it was read.
    ///
    /// @param moved whether the draft says anew when it is due
    Future<Schedule> change(Schedule old, Draft draft, boolean moved) {
        return store.withTransaction(transaction -> transaction
                        .preparedQuery(CHANGE_SCHEDULE)
                        .execute(values(draft)
                                .addLong(old.id())
                                .addInteger(old.version())
                                .addBoolean(moved))
                        .map(found -> first(found).orElseThrow(ETags::stale))
                        .compose(changed ->
                                audits.append(transaction, draft.audit()).map(changed)))
                .recover(failure -> Future.failedFuture(told(failure, draft)));
    }

    Future<Void> delete(Schedule old, Audit audit) {
        return store.withTransaction(transaction -> transaction
                .preparedQuery(DELETE_SCHEDULE)
                .execute(Tuple.of(old.id(), old.version()))
                .compose(gone ->
                        gone.rowCount() == 0 ? Future.failedFuture(ETags.stale()) : audits.append(transaction, audit)));
    }

    private static Tuple values(Draft draft) {
        ScheduleSpec spec = draft.spec();
        Due next = draft.next();
        return Tuple.tuple()
                .addString(spec.name())
                .addString(spec.cron().text())
                .addString(spec.timeZone().name())
                .addString(spec.kind())
                .addString(spec.spec().toString())
                .addLong(draft.targetId())
                .addString(spec.then() == null ? null : spec.then().kind())
                .addString(spec.then() == null ? null : spec.then().spec().toString())
                .addString(Words.of(spec.onMissed()))
                .addLong(spec.jitter().toMillis())
                .addBoolean(spec.paused())
                .addOffsetDateTime(next == null ? null : utc(next.time()))
                .addOffsetDateTime(next == null ? null : utc(next.at()))
                .addString(draft.caller().subject());
    }

    private Optional<Schedule> first(RowSet<Row> found) {
        return StreamSupport.stream(found.spliterator(), false).findFirst().map(rows::schedule);
    }

    /// The schema answers for what must hold; here it gets words.
    private static Throwable told(Throwable failure, Draft draft) {
        String constraint = failure instanceof PgException refused ? refused.getConstraint() : null;
        if ("schedule_has_its_own_name".equals(constraint)) {
            return new Refused(Problem.conflict(
                    "schedule-exists", "There is a schedule of this name already; change it (PATCH)."));
        }
        if ("schedule_target_id_fkey".equals(constraint)) {
            return new Refused(
                    Schedule.targetDeleted(String.valueOf(draft.spec().target())));
        }
        return failure;
    }

    static Refused missing(String name) {
        return new Refused(Problem.notFound("schedule " + name));
    }
}
