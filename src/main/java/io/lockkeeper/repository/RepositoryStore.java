package io.lockkeeper.repository;

import static io.lockkeeper.store.StoreAnswer.await;

import io.lockkeeper.backup.ForeignBackups;
import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.lockkeeper.security.Audit;
import io.lockkeeper.security.AuditStore;
import io.lockkeeper.target.TargetFacts;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The rows of registered repositories. Blocks: for virtual threads.
@Singleton
class RepositoryStore {
    private static final Duration BOUND = Duration.ofSeconds(30);

    private static final String READ = """
            SELECT r.id, r.target, r.name, r.tool, r.registered_at, r.registered_by, r.look_at, r.seen_at, r.left_out, r.problem,
                   r.problem_since, count(b.id) AS backups, max(b.snapshot_at) AS newest_at
            FROM backup_repository r LEFT JOIN backup b ON b.repository_id = r.id
            WHERE r.target = $1 AND r.target_id IS NOT NULL AND ($2::text IS NULL OR r.name = $2)
            GROUP BY r.id ORDER BY r.name""";

    /// Registered once more: looked at once more.
    private static final String REGISTER = """
            INSERT INTO backup_repository AS r (target_id, target, name, tool, registered_by, registered_via)
            VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (target_id, name)
            DO UPDATE SET tool = excluded.tool, look_at = clock_timestamp(), registered_by = excluded.registered_by,
                          registered_via = excluded.registered_via
            RETURNING xmax = 0 AS made""";

    private static final String LOCK = """
            SELECT id FROM backup_repository WHERE target = $1 AND name = $2 AND target_id IS NOT NULL FOR UPDATE""";
    private static final String REMOVE = "DELETE FROM backup_repository WHERE id = $1";
    private static final String OF_FORGOTTEN_TARGETS =
            "SELECT id FROM backup_repository WHERE target_id IS NULL LIMIT 100";

    private static final String SEEN = """
            UPDATE backup_repository
            SET seen_at = clock_timestamp(), left_out = $2, problem = NULL, problem_since = NULL WHERE id = $1""";
    private static final String TROUBLED = """
            UPDATE backup_repository
            SET problem = $2::text::jsonb, problem_since = coalesce(problem_since, clock_timestamp()) WHERE id = $1""";

    private static final String DUE = """
            SELECT id, target, name, registered_by, registered_via, look_at FROM backup_repository
            WHERE target_id IS NOT NULL AND look_at <= clock_timestamp() ORDER BY look_at LIMIT 100""";
    private static final String STARTED =
            "UPDATE backup_repository SET look_at = clock_timestamp() + $3 * interval '1 millisecond' WHERE id = $1 AND look_at = $2";

    private final Pool store;
    private final AuditStore audit;

    RepositoryStore(Pool store, AuditStore audit) {
        this.store = store;
        this.audit = audit;
    }

    record Registered(long id, RepositoryView view) {}

    /// A look that is due, on whose behalf.
    record Due(long id, String target, String name, String by, String via, OffsetDateTime at) {}

    List<Registered> ofTarget(String target, @Nullable String name) throws InterruptedException {
        List<Registered> all = new ArrayList<>();
        ask(READ, Tuple.of(target, name)).forEach(row -> all.add(new Registered(row.getLong("id"), view(row))));
        return all;
    }

    Optional<Registered> find(String target, String name) throws InterruptedException {
        return ofTarget(target, name).stream().findFirst();
    }

    /// @return whether it is a new one
    boolean register(TargetFacts target, String name, Tool tool, Audit by) throws InterruptedException {
        Tuple values = Tuple.of(target.id(), target.name(), name, tool.word(), by.subject(), by.via());
        return await(store.withTransaction(transaction -> transaction
                .preparedQuery(REGISTER)
                .execute(values)
                .compose(rows ->
                        audit.append(transaction, by).map(rows.iterator().next().getBoolean("made")))));
    }

    /// With all of its backups that are listed.
    ///
    /// @return false: there is none
    boolean remove(String target, String name, Audit by) throws InterruptedException {
        try {
            return await(
                    store.withTransaction(transaction -> transaction
                            .preparedQuery(LOCK)
                            .execute(Tuple.of(target, name))
                            .compose(rows -> rows.rowCount() == 0
                                    ? Future.succeededFuture(false)
                                    : remove(transaction, rows.iterator().next().getLong("id"))
                                            .compose(_ -> audit.append(transaction, by))
                                            .map(true))),
                    BOUND);
        } catch (RuntimeException failed) {
            if (ForeignBackups.isBeingRead(failed)) {
                throw new Refused(Problem.conflict(
                        "backup-being-read",
                        "A job reads a backup of repository " + name + ": wait for its end, or cancel it."));
            }
            throw failed;
        }
    }

    /// Whose target was forgotten. What a job still reads goes the next time.
    void removeOrphans() throws InterruptedException {
        for (Row row : ask(OF_FORGOTTEN_TARGETS, Tuple.tuple())) {
            long id = row.getLong("id");
            try {
                await(store.withTransaction(transaction -> remove(transaction, id)), BOUND);
            } catch (RuntimeException failed) {
                if (!ForeignBackups.isBeingRead(failed)) {
                    throw failed;
                }
            }
        }
    }

    private static Future<Void> remove(SqlConnection transaction, long id) {
        return ForeignBackups.forget(transaction, id, Set.of())
                .compose(_ -> transaction.preparedQuery(REMOVE).execute(Tuple.of(id)))
                .mapEmpty();
    }

    void seen(long id, int leftOut) throws InterruptedException {
        ask(SEEN, Tuple.of(id, leftOut));
    }

    void troubled(long id, Problem problem) throws InterruptedException {
        JsonObject told = new JsonObject().put("code", problem.code()).put("detail", problem.detail());
        ask(TROUBLED, Tuple.of(id, told.encode()));
    }

    List<Due> due() throws InterruptedException {
        List<Due> due = new ArrayList<>();
        ask(DUE, Tuple.tuple())
                .forEach(row -> due.add(new Due(
                        row.getLong("id"),
                        row.getString("target"),
                        row.getString("name"),
                        row.getString("registered_by"),
                        row.getString("registered_via"),
                        row.getOffsetDateTime("look_at"))));
        return due;
    }

    void started(Due look, Duration next) throws InterruptedException {
        ask(STARTED, Tuple.of(look.id(), look.at(), next.toMillis()));
    }

    private static RepositoryView view(Row row) {
        JsonObject problem = row.get(JsonObject.class, "problem");
        return new RepositoryView(
                row.getString("target"),
                row.getString("name"),
                row.getString("tool"),
                instant(row, "registered_at"),
                row.getString("registered_by"),
                row.getLong("backups"),
                row.getInteger("left_out"),
                instant(row, "newest_at"),
                instant(row, "seen_at"),
                instant(row, "look_at"),
                problem == null
                        ? null
                        : new RepositoryView.Trouble(
                                problem.getString("code"), problem.getString("detail"), instant(row, "problem_since")));
    }

    private static @Nullable Instant instant(Row row, String column) {
        OffsetDateTime time = row.getOffsetDateTime(column);
        return time == null ? null : time.toInstant();
    }

    private RowSet<Row> ask(String sql, Tuple values) throws InterruptedException {
        return await(store.preparedQuery(sql).execute(values));
    }
}
