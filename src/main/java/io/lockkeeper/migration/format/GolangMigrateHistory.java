package io.lockkeeper.migration.format;

import static io.lockkeeper.postgres.Identifiers.quote;

import io.lockkeeper.migration.format.Applied.State;
import io.lockkeeper.postgres.PgSession;
import io.vertx.sqlclient.Row;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32;

/// `schema_migrations` of golang-migrate: one row, the version that the database is at, and whether it is dirty. Which
/// of the versions below have run, it does not say: all of them are taken to have.
final class GolangMigrateHistory implements History {
    private static final long SALT = 1486364155L;
    private static final long NIL_VERSION = -1;

    private final Scene scene;
    private final String name;
    private final String table;

    GolangMigrateHistory(Scene scene) {
        this.scene = scene;
        this.name = Optional.ofNullable(scene.table()).orElse("schema_migrations");
        this.table = quote(scene.schema(), name);
    }

    @Override
    public String table() {
        return scene.schema() + "." + name;
    }

    /// Rails has a table of this name too, with other columns.
    @Override
    public boolean exists(PgSession session) throws InterruptedException {
        return session.one(
                                "SELECT count(*) FROM pg_attribute WHERE attrelid = to_regclass($1) AND attname IN"
                                        + " ('version', 'dirty') AND atttypid IN ('bigint'::regtype, 'boolean'::regtype)",
                                table)
                        .getLong(0)
                == 2;
    }

    @Override
    public void create(PgSession session) throws InterruptedException {
        session.script("CREATE TABLE IF NOT EXISTS " + table
                + " (version bigint not null primary key, dirty boolean not null)");
    }

    @Override
    public List<Applied> read(PgSession session, Source source) throws InterruptedException {
        Optional<Row> row = session.maybe("SELECT version, dirty FROM " + table + " LIMIT 1");
        if (row.isEmpty() || row.get().getLong("version") < 0) {
            return List.of();
        }
        long current = row.get().getLong("version");
        boolean dirty = row.get().getBoolean("dirty");
        List<Applied> all = new ArrayList<>();
        for (Migration migration : source.migrations()) {
            long version = Long.parseLong(migration.id());
            if (version < current) {
                all.add(applied(migration.id(), State.DONE));
            }
        }
        all.add(applied(Long.toString(current), dirty ? State.FAILED : State.DONE));
        return all;
    }

    private static Applied applied(String id, State state) {
        return new Applied(id, null, null, state, null, null, null);
    }

    @Override
    public boolean lock(PgSession session, String owner) throws InterruptedException {
        return session.one("SELECT pg_try_advisory_lock($1)", lockNumber()).getBoolean(0);
    }

    @Override
    public void unlock(PgSession session, String owner) throws InterruptedException {
        session.query("SELECT pg_advisory_unlock($1)", lockNumber());
    }

    long lockNumber() {
        CRC32 sum = new CRC32();
        sum.update((scene.schema() + "\0" + name + "\0" + scene.database()).getBytes(StandardCharsets.UTF_8));
        return (sum.getValue() * SALT) & 0xFFFFFFFFL;
    }

    @Override
    public void started(PgSession session, Migration migration, Direction direction) throws InterruptedException {
        set(session, versionAfter(migration, direction), true);
    }

    @Override
    public void finished(PgSession session, Migration migration, Direction direction, long millis, boolean started)
            throws InterruptedException {
        set(session, versionAfter(migration, direction), false);
    }

    private static long versionAfter(Migration migration, Direction direction) {
        return Long.parseLong(
                direction == Direction.UP
                        ? migration.id()
                        : migration.facts().getOrDefault("previous", Long.toString(NIL_VERSION)));
    }

    /// The tool empties the table with TRUNCATE, whose lock would keep readers away for as long as the migration runs.
    private void set(PgSession session, long version, boolean dirty) throws InterruptedException {
        session.execute("DELETE FROM " + table);
        if (version >= 0 || dirty) {
            session.execute("INSERT INTO " + table + " (version, dirty) VALUES ($1, $2)", version, dirty);
        }
    }
}
