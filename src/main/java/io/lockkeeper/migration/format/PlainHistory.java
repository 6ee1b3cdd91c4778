package io.lockkeeper.migration.format;

import static io.lockkeeper.postgres.Identifiers.quote;

import io.lockkeeper.migration.format.Applied.State;
import io.lockkeeper.postgres.PgSession;
import io.vertx.sqlclient.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Our own table, `lockkeeper_migrations`. Our own lock is that of the job.
final class PlainHistory implements History {
    private final String schema;
    private final String name;
    private final String table;

    PlainHistory(Scene scene) {
        this.schema = scene.schema();
        this.name = Optional.ofNullable(scene.table()).orElse("lockkeeper_migrations");
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
        session.script("""
                CREATE TABLE IF NOT EXISTS %s (
                    version      numeric     PRIMARY KEY,
                    description  text        NOT NULL,
                    script       text        NOT NULL,
                    sha256       text        NOT NULL,
                    done         boolean     NOT NULL,
                    applied_by   text        NOT NULL DEFAULT current_user,
                    applied_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
                    execution_ms bigint      NOT NULL
                )""".formatted(table));
    }

    @Override
    public List<Applied> read(PgSession session, Source source) throws InterruptedException {
        List<Applied> all = new ArrayList<>();
        for (Row row : session.query("SELECT version::text AS version, description, script, sha256, done, applied_by,"
                + " applied_at FROM " + table + " ORDER BY applied_at, version")) {
            all.add(new Applied(
                    row.getString("version"),
                    row.getString("description"),
                    row.getString("sha256"),
                    row.getBoolean("done") ? State.DONE : State.FAILED,
                    row.getString("script"),
                    row.getOffsetDateTime("applied_at").toInstant(),
                    row.getString("applied_by")));
        }
        return all;
    }

    @Override
    public boolean lock(PgSession session, String owner) {
        return true;
    }

    @Override
    public void unlock(PgSession session, String owner) {}

    @Override
    public void started(PgSession session, Migration migration, Direction direction) throws InterruptedException {
        write(session, migration, 0, false);
    }

    @Override
    public void finished(PgSession session, Migration migration, Direction direction, long millis, boolean started)
            throws InterruptedException {
        if (direction == Direction.UP) {
            write(session, migration, millis, true);
        } else {
            session.execute("DELETE FROM " + table + " WHERE version = $1::text::numeric", migration.id());
        }
    }

    private void write(PgSession session, Migration migration, long millis, boolean done) throws InterruptedException {
        session.execute(
                "INSERT INTO " + table + " AS t (version, description, script, sha256, done, execution_ms)"
                        + " VALUES ($1::text::numeric, $2, $3, $4, $5, $6) ON CONFLICT (version) DO UPDATE SET"
                        + " done = excluded.done, sha256 = excluded.sha256, execution_ms = excluded.execution_ms,"
                        + " applied_at = excluded.applied_at",
                migration.id(),
                migration.description(),
                migration.path(),
                migration.checksum(),
                done,
                millis);
    }
}
