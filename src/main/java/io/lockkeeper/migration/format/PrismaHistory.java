package io.lockkeeper.migration.format;

import static io.lockkeeper.postgres.Identifiers.quote;

import io.lockkeeper.migration.format.Applied.State;
import io.lockkeeper.postgres.PgSession;
import io.vertx.sqlclient.Row;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// `_prisma_migrations`: a row is there from the beginning of a migration, and is finished or rolled back.
final class PrismaHistory implements History {
    private static final String NAME = "_prisma_migrations";
    private static final long LOCK = 72707369;

    private final Scene scene;
    private final String table;

    PrismaHistory(Scene scene) {
        this.scene = scene;
        this.table = quote(scene.schema(), NAME);
    }

    @Override
    public String table() {
        return scene.schema() + "." + NAME;
    }

    @Override
    public boolean exists(PgSession session) throws InterruptedException {
        return session.one("SELECT to_regclass($1) IS NOT NULL", table).getBoolean(0);
    }

    @Override
    public void create(PgSession session) throws InterruptedException {
        session.script("""
                CREATE TABLE IF NOT EXISTS %s (
                    id                      VARCHAR(36) PRIMARY KEY NOT NULL,
                    checksum                VARCHAR(64) NOT NULL,
                    finished_at             TIMESTAMPTZ,
                    migration_name          VARCHAR(255) NOT NULL,
                    logs                    TEXT,
                    rolled_back_at          TIMESTAMPTZ,
                    started_at              TIMESTAMPTZ NOT NULL DEFAULT now(),
                    applied_steps_count     INTEGER NOT NULL DEFAULT 0
                )""".formatted(table));
    }

    @Override
    public List<Applied> read(PgSession session, Source source) throws InterruptedException {
        List<Applied> all = new ArrayList<>();
        for (Row row : session.query("SELECT migration_name, checksum, started_at, finished_at, rolled_back_at FROM "
                + table + " ORDER BY started_at, id")) {
            all.add(new Applied(
                    row.getString("migration_name"), null, row.getString("checksum"), state(row), null, at(row), null));
        }
        return all;
    }

    private static State state(Row row) {
        if (row.getOffsetDateTime("rolled_back_at") != null) {
            return State.UNDONE;
        }
        return row.getOffsetDateTime("finished_at") == null ? State.FAILED : State.DONE;
    }

    private static Instant at(Row row) {
        return Optional.ofNullable(row.getOffsetDateTime("finished_at"))
                .map(OffsetDateTime::toInstant)
                .orElse(null);
    }

    @Override
    public boolean lock(PgSession session, String owner) throws InterruptedException {
        return session.one("SELECT pg_try_advisory_lock($1)", LOCK).getBoolean(0);
    }

    @Override
    public void unlock(PgSession session, String owner) throws InterruptedException {
        session.query("SELECT pg_advisory_unlock($1)", LOCK);
    }

    @Override
    public void started(PgSession session, Migration migration, Direction direction) throws InterruptedException {
        if (open(session, migration).isEmpty()) {
            session.execute(
                    "INSERT INTO " + table + " (id, checksum, migration_name) VALUES ($1, $2, $3)",
                    UUID.randomUUID().toString(),
                    migration.checksum(),
                    migration.id());
        }
    }

    @Override
    public void finished(PgSession session, Migration migration, Direction direction, long millis, boolean started)
            throws InterruptedException {
        started(session, migration, direction);
        session.execute(
                "UPDATE " + table + " SET finished_at = clock_timestamp(), applied_steps_count = 1, checksum = $2,"
                        + " logs = NULL WHERE id = $1",
                open(session, migration).orElseThrow(),
                migration.checksum());
    }

    private Optional<String> open(PgSession session, Migration migration) throws InterruptedException {
        return session.maybe(
                        "SELECT id FROM " + table + " WHERE migration_name = $1 AND finished_at IS NULL AND"
                                + " rolled_back_at IS NULL ORDER BY started_at DESC LIMIT 1",
                        migration.id())
                .map(row -> row.getString(0));
    }
}
