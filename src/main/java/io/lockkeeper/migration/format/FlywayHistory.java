package io.lockkeeper.migration.format;

import static io.lockkeeper.postgres.Identifiers.quote;

import io.lockkeeper.migration.format.Applied.State;
import io.lockkeeper.postgres.PgSession;
import io.vertx.sqlclient.Row;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// `flyway_schema_history`. A migration that is more than one transaction has a row from its beginning, as one that
/// failed: Flyway itself then goes no further until we have finished it.
final class FlywayHistory implements History {
    private static final String UNDO = "UNDO_SQL";
    private static final int LONGEST_DESCRIPTION = 200;
    private static final long LOCK = 77431708279161L;

    private final String name;
    private final String table;
    private final String schema;
    private final Scene scene;

    FlywayHistory(Scene scene) {
        this.scene = scene;
        this.schema = scene.schema();
        this.name = Optional.ofNullable(scene.table()).orElse(FlywayFormat.TABLE);
        this.table = quote(schema, name);
    }

    @Override
    public String table() {
        return schema + "." + name;
    }

    @Override
    public boolean exists(PgSession session) throws InterruptedException {
        return session.one("SELECT to_regclass($1) IS NOT NULL", table).getBoolean(0);
    }

    @Override
    public void create(PgSession session) throws InterruptedException {
        if (exists(session)) {
            return;
        }
        session.script("""
                BEGIN;
                CREATE TABLE %1$s (
                    "installed_rank" INT NOT NULL,
                    "version" VARCHAR(50),
                    "description" VARCHAR(200) NOT NULL,
                    "type" VARCHAR(20) NOT NULL,
                    "script" VARCHAR(1000) NOT NULL,
                    "checksum" INTEGER,
                    "installed_by" VARCHAR(100) NOT NULL,
                    "installed_on" TIMESTAMP NOT NULL DEFAULT now(),
                    "execution_time" INTEGER NOT NULL,
                    "success" BOOLEAN NOT NULL
                );
                ALTER TABLE %1$s ADD CONSTRAINT %2$s PRIMARY KEY ("installed_rank");
                CREATE INDEX %3$s ON %1$s ("success");
                COMMIT""".formatted(table, quote(name + "_pk"), quote(name + "_s_idx")));
        if (scene.baseline() != null) {
            String text = "<< Flyway Baseline >>";
            insert(session, scene.baseline().replace('_', '.'), text, "BASELINE", text, null, 0, true);
        }
    }

    @Override
    public List<Applied> read(PgSession session, Source source) throws InterruptedException {
        List<Applied> all = new ArrayList<>();
        for (Row row : session.query("SELECT version, description, type, script, checksum, installed_by, installed_on,"
                + " success FROM " + table + " ORDER BY installed_rank")) {
            String type = row.getString("type");
            if (type.equals("SCHEMA")) {
                continue;
            }
            String version = row.getString("version");
            if (type.equals("BASELINE")) {
                all.addAll(baselined(version, source));
                continue;
            }
            Integer checksum = row.getInteger("checksum");
            all.add(new Applied(
                    version == null ? "R " + row.getString("description") : known(version, source),
                    row.getString("description"),
                    checksum == null ? null : checksum.toString(),
                    state(type, row.getBoolean("success")),
                    row.getString("script"),
                    instant(row.getLocalDateTime("installed_on")),
                    row.getString("installed_by")));
        }
        return all;
    }

    @Override
    public List<Applied> atItsBeginning(Source source) {
        return scene.baseline() == null ? List.of() : baselined(scene.baseline(), source);
    }

    /// All that a baseline stands for.
    private static List<Applied> baselined(String baseline, Source source) {
        FlywayName.Version last = FlywayName.Version.of(baseline);
        return source.migrations().stream()
                .filter(each -> each.kind() == Migration.Kind.VERSIONED)
                .filter(each -> FlywayName.Version.of(each.id()).compareTo(last) <= 0)
                .map(each -> new Applied(each.id(), each.description(), null, State.BASELINE, null, null, null))
                .toList();
    }

    /// As the files write it: 1.0 is 1.
    private static String known(String version, Source source) {
        if (!version.matches("[0-9._]+")) {
            return version;
        }
        String key = FlywayName.Version.of(version).key();
        return source.migrations().stream()
                .filter(each -> each.kind() == Migration.Kind.VERSIONED)
                .map(Migration::id)
                .filter(id -> FlywayName.Version.of(id).key().equals(key))
                .findFirst()
                .orElse(version);
    }

    private static State state(String type, boolean success) {
        return switch (type) {
            case UNDO, "UNDO_JDBC", "UNDO_SCRIPT", "DELETE" -> success ? State.UNDONE : State.FAILED;
            default -> success ? State.DONE : State.FAILED;
        };
    }

    private static @Nullable Instant instant(@Nullable LocalDateTime time) {
        return time == null ? null : time.toInstant(ZoneOffset.UTC);
    }

    /// Held by the session, not by a transaction that would keep CREATE INDEX CONCURRENTLY waiting for ever.
    @Override
    public boolean lock(PgSession session, String owner) throws InterruptedException {
        return session.one("SELECT pg_try_advisory_lock($1)", lockNumber()).getBoolean(0);
    }

    @Override
    public void unlock(PgSession session, String owner) throws InterruptedException {
        session.query("SELECT pg_advisory_unlock($1)", lockNumber());
    }

    private long lockNumber() {
        return LOCK + table.hashCode();
    }

    @Override
    public void started(PgSession session, Migration migration, Direction direction) throws InterruptedException {
        if (failedRow(session, migration, direction).isEmpty()) {
            insert(session, migration, direction, 0, false);
        }
    }

    @Override
    public void finished(PgSession session, Migration migration, Direction direction, long millis, boolean started)
            throws InterruptedException {
        Optional<Integer> rank = started ? failedRow(session, migration, direction) : Optional.empty();
        if (rank.isPresent()) {
            session.execute(
                    "UPDATE " + table + " SET success = true, execution_time = $2, checksum = $3, installed_on = now()"
                            + " WHERE installed_rank = $1",
                    rank.get(),
                    (int) millis,
                    checksum(migration, direction));
        } else {
            insert(session, migration, direction, millis, true);
        }
    }

    private Optional<Integer> failedRow(PgSession session, Migration migration, Direction direction)
            throws InterruptedException {
        return session.maybe(
                        "SELECT installed_rank FROM " + table + " WHERE NOT success AND version IS NOT DISTINCT FROM $1"
                                + " AND description = $2 AND type = $3 ORDER BY installed_rank DESC LIMIT 1",
                        version(migration),
                        description(migration),
                        type(direction))
                .map(row -> row.getInteger(0));
    }

    private void insert(PgSession session, Migration migration, Direction direction, long millis, boolean success)
            throws InterruptedException {
        String script = direction == Direction.UP
                ? migration.facts().get("script")
                : migration.down().path().substring(migration.down().path().lastIndexOf('/') + 1);
        insert(
                session,
                version(migration),
                description(migration),
                type(direction),
                script,
                checksum(migration, direction),
                millis,
                success);
    }

    private void insert(
            PgSession session,
            @Nullable String version,
            String description,
            String type,
            String script,
            @Nullable Integer checksum,
            long millis,
            boolean success)
            throws InterruptedException {
        session.execute(
                "INSERT INTO " + table + " (installed_rank, version, description, type, script, checksum, installed_by,"
                        + " execution_time, success) SELECT coalesce(max(installed_rank), 0) + 1, $1, $2, $3, $4, $5,"
                        + " current_user, $6, $7 FROM " + table,
                version,
                description,
                type,
                script,
                checksum,
                (int) millis,
                success);
    }

    private static @Nullable String version(Migration migration) {
        return migration.kind() == Migration.Kind.REPEATABLE ? null : migration.id();
    }

    private static String description(Migration migration) {
        String text = migration.description();
        return text.length() <= LONGEST_DESCRIPTION ? text : text.substring(0, LONGEST_DESCRIPTION - 3) + "...";
    }

    private static String type(Direction direction) {
        return direction == Direction.UP ? "SQL" : UNDO;
    }

    private static Integer checksum(Migration migration, Direction direction) {
        return direction == Direction.UP ? Integer.valueOf(migration.checksum()) : null;
    }
}
