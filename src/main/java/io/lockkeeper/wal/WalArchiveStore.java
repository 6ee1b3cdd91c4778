package io.lockkeeper.wal;

import static io.lockkeeper.store.StoreAnswer.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockkeeper.http.Problem;
import io.lockkeeper.postgres.Lsn;
import io.lockkeeper.security.Audit;
import io.lockkeeper.security.AuditStore;
import io.lockkeeper.target.TargetFacts;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The rows of archives that were declared. Blocks: for virtual threads.
@Singleton
class WalArchiveStore {
    private static final String READ = """
            SELECT a.id, a.target_id, a.target, a.depot, a.slot, a.switch_seconds, a.declared_at, a.ended_at, a.seen_at,
                   a.system_identifier, a.timeline, a.segment_bytes, a.server_lsn, a.slot_lsn, a.slot_status, a.problem,
                   a.problem_since
            FROM wal_archive AS a
            WHERE a.released_at IS NULL""";
    private static final String OF_TARGET = READ + " AND a.target = $1";
    private static final String ALL = READ + " AND a.ended_at IS NULL ORDER BY a.target";

    /// An archive that was ended and whose slot is still there is taken up again.
    private static final String DECLARE = """
            INSERT INTO wal_archive (target_id, target, depot, slot, switch_seconds, declared_by, declared_via)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT (target_id) WHERE released_at IS NULL
            DO UPDATE SET depot = excluded.depot, switch_seconds = excluded.switch_seconds, ended_at = NULL,
                          declared_by = excluded.declared_by, declared_via = excluded.declared_via,
                          problem = NULL, problem_since = NULL
            RETURNING slot = $4 AS made""";

    private static final String END = """
            UPDATE wal_archive SET ended_at = clock_timestamp()
            WHERE target = $1 AND ended_at IS NULL AND released_at IS NULL""";
    private static final String RELEASED =
            "UPDATE wal_archive SET released_at = clock_timestamp() WHERE id = $1 AND ended_at IS NOT NULL";

    private static final String SEEN = """
            UPDATE wal_archive
            SET seen_at = $2, system_identifier = $3, timeline = $4, segment_bytes = $5, server_lsn = $6, slot_lsn = $7,
                slot_status = $8, problem = NULL, problem_since = NULL
            WHERE id = $1""";
    private static final String TROUBLED = """
            UPDATE wal_archive SET problem = $2::text::jsonb, problem_since = coalesce(problem_since, clock_timestamp())
            WHERE id = $1""";

    /// Whom no job looks after, and the job that did so last. The longer the trouble, the longer the pause; what was
    /// ended shall go soon.
    private static final String UNATTENDED = """
            SELECT a.id, a.target, a.declared_by, a.declared_via, coalesce(max(j.id), 0) AS last_job
            FROM wal_archive AS a LEFT JOIN job AS j ON j.target_id = a.target_id AND j.kind = $1
            WHERE a.released_at IS NULL AND a.target_id IS NOT NULL
            GROUP BY a.id
            HAVING count(j.id) = count(j.finished_at)
               AND coalesce(max(j.finished_at), '-infinity') < clock_timestamp() - greatest(
                   $2 * interval '1 millisecond',
                   least(CASE WHEN a.ended_at IS NULL THEN $3 ELSE $2 END * interval '1 millisecond',
                         coalesce((clock_timestamp() - a.problem_since) / 4, interval '0')))""";

    private final Pool store;
    private final AuditStore audit;
    private final ObjectMapper json;

    WalArchiveStore(Pool store, AuditStore audit, ObjectMapper json) {
        this.store = store;
        this.audit = audit;
        this.json = json;
    }

    /// What was declared, and what the job that looks after it last saw.
    record Declared(
            WalArchive archive,
            Instant declaredAt,
            @Nullable LogState seen,
            @Nullable Trouble trouble) {}

    /// What stands in its way, as the job's problem would tell it.
    public record Trouble(String code, String detail, Instant since) {}

    /// An archive without a job.
    record Unattended(long id, String target, String by, String via, long lastJob) {}

    Optional<Declared> ofTarget(String target) throws InterruptedException {
        return all(ask(OF_TARGET, Tuple.of(target))).stream().findFirst();
    }

    List<Declared> all() throws InterruptedException {
        return all(ask(ALL, Tuple.tuple()));
    }

    /// @return true: it is a new one; false: there was one, which is now as declared
    boolean declare(TargetFacts target, String depot, String slot, @Nullable Duration switchEvery, Audit by)
            throws InterruptedException {
        Integer seconds = switchEvery == null ? null : (int) switchEvery.toSeconds();
        Tuple values =
                Tuple.tuple(Arrays.asList(target.id(), target.name(), depot, slot, seconds, by.subject(), by.via()));
        return await(store.withTransaction(transaction -> transaction
                .preparedQuery(DECLARE)
                .execute(values)
                .flatMap(rows ->
                        audit.append(transaction, by).map(rows.iterator().next().getBoolean("made")))));
    }

    /// @return false: there is none
    boolean end(String target, Audit by) throws InterruptedException {
        return await(store.withTransaction(transaction -> transaction
                .preparedQuery(END)
                .execute(Tuple.of(target))
                .flatMap(rows -> rows.rowCount() == 0
                        ? Future.succeededFuture(false)
                        : audit.append(transaction, by).map(true))));
    }

    /// Its slot is gone, and with it everything but what lies in depots.
    void released(long id) throws InterruptedException {
        ask(RELEASED, Tuple.of(id));
    }

    void seen(long id, LogState state) throws InterruptedException {
        ask(
                SEEN,
                Tuple.tuple(Arrays.asList(
                        id,
                        state.at() == null ? null : state.at().atOffset(ZoneOffset.UTC),
                        state.systemIdentifier(),
                        state.timeline(),
                        state.segmentBytes(),
                        state.end().toString(),
                        state.slotHolds() == null ? null : state.slotHolds().toString(),
                        state.slotStatus())));
    }

    void troubled(long id, Problem problem) throws InterruptedException {
        ask(TROUBLED, Tuple.of(id, write(problem)));
    }

    /// @param pause after a job, and at most so long in trouble
    List<Unattended> unattended(Duration pause, Duration longest) throws InterruptedException {
        List<Unattended> unattended = new ArrayList<>();
        ask(UNATTENDED, Tuple.of(WalArchiveJob.NAME, pause.toMillis(), longest.toMillis()))
                .forEach(row -> unattended.add(new Unattended(
                        row.getLong("id"),
                        row.getString("target"),
                        row.getString("declared_by"),
                        row.getString("declared_via"),
                        row.getLong("last_job"))));
        return unattended;
    }

    private List<Declared> all(RowSet<Row> rows) {
        List<Declared> all = new ArrayList<>();
        rows.forEach(row -> all.add(new Declared(archive(row), instant(row, "declared_at"), seen(row), trouble(row))));
        return all;
    }

    private static WalArchive archive(Row row) {
        Integer seconds = row.getInteger("switch_seconds");
        return new WalArchive(
                row.getLong("id"),
                row.getString("target"),
                row.getString("depot"),
                row.getString("slot"),
                seconds == null ? null : Duration.ofSeconds(seconds),
                row.getOffsetDateTime("ended_at") != null,
                row.getString("system_identifier"));
    }

    private static @Nullable LogState seen(Row row) {
        if (row.getString("server_lsn") == null) {
            return null;
        }
        String holds = row.getString("slot_lsn");
        return new LogState(
                instant(row, "seen_at"),
                false,
                Lsn.parse(row.getString("server_lsn")),
                row.getString("system_identifier"),
                row.getInteger("timeline"),
                row.getLong("segment_bytes"),
                holds == null ? null : Lsn.parse(holds),
                row.getString("slot_status"));
    }

    private static @Nullable Trouble trouble(Row row) {
        JsonObject problem = row.get(JsonObject.class, "problem");
        return problem == null
                ? null
                : new Trouble(problem.getString("code"), problem.getString("detail"), instant(row, "problem_since"));
    }

    private String write(Object value) {
        try {
            return json.writeValueAsString(value);
        } catch (JsonProcessingException broken) {
            throw new IllegalStateException(broken);
        }
    }

    private static @Nullable Instant instant(Row row, String column) {
        OffsetDateTime time = row.getOffsetDateTime(column);
        return time == null ? null : time.toInstant();
    }

    private RowSet<Row> ask(String sql, Tuple values) throws InterruptedException {
        return await(store.preparedQuery(sql).execute(values));
    }
}
