package io.lockkeeper.migration.format;

import static io.lockkeeper.postgres.Identifiers.quote;

import io.lockkeeper.migration.format.Applied.State;
import io.lockkeeper.postgres.PgSession;
import io.vertx.sqlclient.Row;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// `databasechangelog`, and the row of `databasechangeloglock`.
final class LiquibaseHistory implements History {
    private static final String ALIKE = "4.33.0";
    private static final String WHICH = " WHERE id = $1 AND author = $2 AND filename = $3";
    private static final String OURS = "lockkeeper job ";

    private final Scene scene;
    private final String name;
    private final String table;
    private final String lockTable;

    LiquibaseHistory(Scene scene) {
        this.scene = scene;
        this.name = Optional.ofNullable(scene.table()).orElse("databasechangelog");
        this.table = quote(scene.schema(), name);
        this.lockTable = quote(scene.schema(), "databasechangeloglock");
    }

    @Override
    public String table() {
        return scene.schema() + "." + name;
    }

    @Override
    public boolean exists(PgSession session) throws InterruptedException {
        return session.one("SELECT to_regclass($1) IS NOT NULL", table).getBoolean(0);
    }

    @Override
    public void create(PgSession session) throws InterruptedException {
        session.script("""
                CREATE TABLE IF NOT EXISTS %s (
                    id VARCHAR(255) NOT NULL, author VARCHAR(255) NOT NULL, filename VARCHAR(255) NOT NULL,
                    dateexecuted TIMESTAMP WITHOUT TIME ZONE NOT NULL, orderexecuted INTEGER NOT NULL,
                    exectype VARCHAR(10) NOT NULL, md5sum VARCHAR(35), description VARCHAR(255), comments VARCHAR(255),
                    tag VARCHAR(255), liquibase VARCHAR(20), contexts VARCHAR(255), labels VARCHAR(255),
                    deployment_id VARCHAR(10)
                )""".formatted(table));
    }

    @Override
    public List<Applied> read(PgSession session, Source source) throws InterruptedException {
        List<Applied> all = new ArrayList<>();
        for (Row row : session.query("SELECT id, author, filename, md5sum, comments, dateexecuted FROM " + table
                + " ORDER BY dateexecuted, orderexecuted")) {
            String id = row.getString("filename") + "::" + row.getString("id") + "::" + row.getString("author");
            all.add(new Applied(
                    id,
                    row.getString("comments"),
                    counts(row.getString("md5sum"), id, source),
                    State.DONE,
                    row.getString("filename"),
                    row.getLocalDateTime("dateexecuted").toInstant(ZoneOffset.UTC),
                    null));
        }
        return all;
    }

    /// Sums of older versions say nothing about ours, and some the changeset itself declares to be right.
    private static @Nullable String counts(@Nullable String md5sum, String id, Source source) {
        if (md5sum == null || !md5sum.startsWith("9:")) {
            return null;
        }
        boolean declared = source.migrations().stream()
                .filter(migration -> migration.id().equals(id))
                .map(migration -> migration.facts().get("valid"))
                .anyMatch(valid ->
                        valid.equals("any") || List.of(valid.split(" ")).contains(md5sum));
        return declared ? null : md5sum;
    }

    /// Another run of ours that holds it is dead: no two of them are on a target at a time.
    @Override
    public boolean lock(PgSession session, String owner) throws InterruptedException {
        session.script("""
                CREATE TABLE IF NOT EXISTS %1$s (
                    id INTEGER NOT NULL, locked BOOLEAN NOT NULL, lockgranted TIMESTAMP WITHOUT TIME ZONE,
                    lockedby VARCHAR(255), CONSTRAINT databasechangeloglock_pkey PRIMARY KEY (id));
                INSERT INTO %1$s (id, locked) VALUES (1, FALSE) ON CONFLICT DO NOTHING""".formatted(lockTable));
        return session.execute(
                        "UPDATE " + lockTable + " SET locked = TRUE, lockedby = $1, lockgranted = localtimestamp"
                                + " WHERE id = 1 AND (NOT locked OR starts_with(lockedby, $2))",
                        owner,
                        OURS)
                == 1;
    }

    @Override
    public void unlock(PgSession session, String owner) throws InterruptedException {
        session.execute(
                "UPDATE " + lockTable + " SET locked = FALSE, lockedby = NULL, lockgranted = NULL WHERE id = 1 AND"
                        + " lockedby = $1",
                owner);
    }

    @Override
    public void started(PgSession session, Migration migration, Direction direction) {}

    @Override
    public void finished(PgSession session, Migration migration, Direction direction, long millis, boolean started)
            throws InterruptedException {
        var facts = migration.facts();
        if (direction == Direction.DOWN) {
            session.execute(
                    "DELETE FROM " + table + WHICH, facts.get("id"), facts.get("author"), facts.get("filename"));
            return;
        }
        write(session, migration, "EXECUTED");
    }

    @Override
    public void marked(PgSession session, Migration migration) throws InterruptedException {
        write(session, migration, "MARK_RAN");
    }

    /// A row that is there already becomes one of a changeset that ran again, however that went.
    private void write(PgSession session, Migration migration, String type) throws InterruptedException {
        var facts = migration.facts();
        String now = Long.toString(System.currentTimeMillis());
        String deployment = now.substring(now.length() - 10);
        int again = session.execute(
                "UPDATE " + table + " SET dateexecuted = localtimestamp, exectype = 'RERAN', md5sum = $4,"
                        + " deployment_id = $5, orderexecuted = (SELECT max(orderexecuted) + 1 FROM " + table + ")"
                        + WHICH,
                facts.get("id"),
                facts.get("author"),
                facts.get("filename"),
                migration.checksum(),
                deployment);
        if (again == 0) {
            insert(session, migration, type, deployment);
        }
    }

    private void insert(PgSession session, Migration migration, String type, String deployment)
            throws InterruptedException {
        var facts = migration.facts();
        session.execute(
                "INSERT INTO " + table
                        + " (id, author, filename, dateexecuted, orderexecuted, exectype, md5sum, description,"
                        + " comments, liquibase, contexts, labels, deployment_id) SELECT $1, $2, $3, clock_timestamp()::timestamp,"
                        + " coalesce(max(orderexecuted), 0) + 1, $10, $4, 'sql', $5, $6, nullif($7, ''), nullif($8, ''),"
                        + " $9 FROM " + table,
                facts.get("id"),
                facts.get("author"),
                facts.get("filename"),
                migration.checksum(),
                migration.description(),
                ALIKE,
                facts.get("contexts"),
                facts.get("labels"),
                deployment,
                type);
    }
}
