package io.lockkeeper.sql;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.lockkeeper.TestServers;
import io.lockkeeper.store.StoreAddress;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Every statement is run on real servers, in a transaction, and what it really locks there is compared with
/// what we say; and so is whether the server refuses it there.
class LockRulesTest {
    private static final Grammar GRAMMAR = new Grammar();

    private static final String[] SCENE = {
        "CREATE TABLE u (id int PRIMARY KEY)",
        "CREATE TABLE t (id int PRIMARY KEY, b int, c text, n int NOT NULL)",
        "CREATE TABLE r (id int PRIMARY KEY, u int REFERENCES u, CONSTRAINT nv CHECK (id > 0) NOT VALID)",
        "CREATE INDEX i ON t (b)",
        "CREATE UNIQUE INDEX j ON t (c)",
        "CREATE SEQUENCE s",
        "CREATE VIEW v AS SELECT 1 AS one",
        "CREATE MATERIALIZED VIEW m AS SELECT 1 AS one",
        "CREATE UNIQUE INDEX mi ON m (one)",
        "REFRESH MATERIALIZED VIEW m",
        "CREATE TABLE p (id int) PARTITION BY LIST (id)",
        "CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1)",
        "CREATE TABLE p2 (id int)",
        "CREATE TABLE parent (id int)",
        "CREATE TABLE child () INHERITS (parent)",
        "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "CREATE TRIGGER trg AFTER INSERT ON t EXECUTE FUNCTION f()",
        "CREATE RULE rul AS ON DELETE TO t DO ALSO NOTIFY x",
        "CREATE POLICY pol ON t",
        "CREATE STATISTICS st ON b, c FROM t",
        "CREATE TYPE mood AS ENUM ('sad')",
        "CREATE SCHEMA other",
        "ALTER TABLE t CLUSTER ON i",
    };

    private static final List<String> STATEMENTS = List.of(
            "ALTER TABLE t ADD COLUMN d int",
            "ALTER TABLE t ADD COLUMN d int REFERENCES u",
            "ALTER TABLE t ADD COLUMN IF NOT EXISTS b int",
            "ALTER TABLE t DROP COLUMN b",
            "ALTER TABLE t ALTER COLUMN b TYPE bigint",
            "ALTER TABLE t ALTER COLUMN b SET DEFAULT 1",
            "ALTER TABLE t ALTER COLUMN b DROP DEFAULT",
            "ALTER TABLE t ALTER COLUMN b SET NOT NULL",
            "ALTER TABLE t ALTER COLUMN n DROP NOT NULL",
            "ALTER TABLE t ALTER COLUMN b SET STATISTICS 100",
            "ALTER TABLE t ALTER COLUMN b SET (n_distinct = 5)",
            "ALTER TABLE t ALTER COLUMN b RESET (n_distinct)",
            "ALTER TABLE t ALTER COLUMN c SET STORAGE MAIN",
            "ALTER TABLE t ALTER COLUMN c SET COMPRESSION pglz",
            "ALTER TABLE t ALTER COLUMN n ADD GENERATED ALWAYS AS IDENTITY",
            "ALTER TABLE t ADD CONSTRAINT x CHECK (b > 0)",
            "ALTER TABLE t ADD CONSTRAINT x CHECK (b > 0) NOT VALID",
            "ALTER TABLE t ADD CONSTRAINT x UNIQUE (b)",
            "ALTER TABLE t ADD CONSTRAINT x UNIQUE USING INDEX j",
            "ALTER TABLE t ADD CONSTRAINT x FOREIGN KEY (b) REFERENCES u",
            "ALTER TABLE t ADD CONSTRAINT x FOREIGN KEY (b) REFERENCES u NOT VALID",
            "ALTER TABLE t ADD EXCLUDE (b WITH =)",
            "ALTER TABLE r VALIDATE CONSTRAINT nv",
            "ALTER TABLE r VALIDATE CONSTRAINT nv, ADD COLUMN d int",
            "ALTER TABLE r DROP CONSTRAINT nv",
            "ALTER TABLE r RENAME CONSTRAINT nv TO vn",
            "ALTER TABLE r ALTER CONSTRAINT r_u_fkey DEFERRABLE",
            "ALTER TABLE t DISABLE TRIGGER trg",
            "ALTER TABLE t ENABLE ALWAYS TRIGGER trg",
            "ALTER TABLE t DISABLE RULE rul",
            "ALTER TABLE t ENABLE ROW LEVEL SECURITY",
            "ALTER TABLE t REPLICA IDENTITY FULL",
            "ALTER TABLE t OWNER TO CURRENT_USER",
            "ALTER TABLE t SET (fillfactor = 70, autovacuum_enabled = false)",
            "ALTER TABLE t RESET (fillfactor)",
            "ALTER TABLE t SET (user_catalog_table = false)",
            "ALTER TABLE t CLUSTER ON i",
            "ALTER TABLE t SET WITHOUT CLUSTER",
            "ALTER TABLE t SET UNLOGGED",
            "ALTER TABLE t SET TABLESPACE pg_default",
            "ALTER TABLE t SET SCHEMA other",
            "ALTER TABLE t RENAME TO tt",
            "ALTER TABLE t RENAME COLUMN b TO bb",
            "ALTER TABLE p2 INHERIT parent",
            "ALTER TABLE child NO INHERIT parent",
            "ALTER TABLE p ATTACH PARTITION p2 FOR VALUES IN (2)",
            "ALTER TABLE p DETACH PARTITION p1",
            "ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY",
            "ALTER INDEX i RENAME TO ii",
            "ALTER INDEX i SET (fillfactor = 70)",
            "ALTER VIEW v SET (security_barrier = true)",
            "ALTER VIEW v RENAME TO vv",
            "ALTER SEQUENCE s INCREMENT 2",
            "ALTER TRIGGER trg ON t RENAME TO trh",
            "ALTER RULE rul ON t RENAME TO rum",
            "ALTER POLICY pol ON t RENAME TO pom",
            "ALTER POLICY pol ON t USING (true)",
            "ALTER TYPE mood ADD VALUE 'happy'",
            "ALTER TYPE mood RENAME VALUE 'sad' TO 'glum'",
            "ALTER STATISTICS st SET STATISTICS 10",
            "CREATE INDEX x ON t (b)",
            "CREATE INDEX CONCURRENTLY x ON t (b)",
            "CREATE UNIQUE INDEX x ON public.t (id)",
            "CREATE TABLE x (u int REFERENCES u, LIKE t)",
            "CREATE TABLE x () INHERITS (parent)",
            "CREATE TABLE x PARTITION OF p FOR VALUES IN (9)",
            "CREATE TABLE x AS SELECT * FROM t",
            "CREATE VIEW x AS SELECT * FROM t",
            "CREATE OR REPLACE VIEW v AS SELECT 2 AS one",
            "CREATE MATERIALIZED VIEW x AS WITH u AS (SELECT 1) SELECT * FROM t, u",
            "CREATE TRIGGER x BEFORE UPDATE ON t EXECUTE FUNCTION f()",
            "CREATE RULE x AS ON UPDATE TO t DO ALSO NOTIFY x",
            "CREATE POLICY x ON t",
            "CREATE STATISTICS x ON id, n FROM t",
            "CREATE PUBLICATION x FOR TABLE t, u",
            "CREATE SEQUENCE x OWNED BY t.id",
            "CREATE DATABASE x",
            "DROP TABLE r",
            "DROP TABLE u CASCADE",
            "DROP INDEX i",
            "DROP INDEX CONCURRENTLY i",
            "DROP VIEW v",
            "DROP MATERIALIZED VIEW m",
            "DROP SEQUENCE s",
            "DROP TRIGGER trg ON t",
            "DROP RULE rul ON public.t",
            "DROP POLICY pol ON t",
            "DROP STATISTICS st",
            "DROP DATABASE IF EXISTS nothing",
            "TRUNCATE t, parent",
            "CLUSTER t",
            "CLUSTER",
            "VACUUM t",
            "VACUUM (FULL) t",
            "ANALYZE t",
            "ANALYZE t (b), u",
            "REINDEX TABLE t",
            "REINDEX INDEX i",
            "REINDEX (CONCURRENTLY) TABLE t",
            "REINDEX INDEX CONCURRENTLY i",
            "REINDEX (CONCURRENTLY off) INDEX i",
            "REINDEX SCHEMA public",
            "REFRESH MATERIALIZED VIEW m",
            "REFRESH MATERIALIZED VIEW CONCURRENTLY m",
            "COMMENT ON TABLE t IS 'x'",
            "COMMENT ON COLUMN t.b IS 'x'",
            "COMMENT ON INDEX i IS 'x'",
            "COMMENT ON CONSTRAINT nv ON r IS 'x'",
            "COMMENT ON TRIGGER trg ON t IS 'x'",
            "GRANT SELECT ON t TO public",
            "REVOKE ALL ON t FROM public",
            "LOCK TABLE t IN SHARE ROW EXCLUSIVE MODE",
            "LOCK t",
            "SELECT * FROM t",
            "SELECT * FROM t, u FOR UPDATE",
            "INSERT INTO t (id, n) SELECT id, 1 FROM u",
            "WITH gone AS (DELETE FROM r RETURNING id) INSERT INTO u SELECT id FROM gone",
            "UPDATE t SET b = r.id FROM r WHERE r.id = t.id",
            "DELETE FROM child USING parent WHERE child.id = parent.id",
            "MERGE INTO parent USING r ON parent.id = r.id WHEN MATCHED THEN DELETE",
            "COPY t TO STDOUT",
            "DECLARE x CURSOR FOR SELECT * FROM t",
            "SET LOCAL lock_timeout = 1",
            "DISCARD ALL",
            "DISCARD PLANS",
            "ALTER SYSTEM RESET work_mem",
            "ALTER DATABASE postgres SET TABLESPACE pg_default");

    @AfterAll
    static void close() {
        GRAMMAR.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {15, 18})
    void saysWhatServersReallyLock(int major) throws SQLException, InterruptedException {
        StoreAddress database = TestServers.server(major).emptyDatabase();
        TestServers.execute(database, SCENE);
        List<String> wrong = new ArrayList<>();
        try (Connection connection = TestServers.connect(database)) {
            Map<Long, String> names = names(connection);
            connection.setAutoCommit(false);
            for (String sql : STATEMENTS) {
                StatementFacts facts = StatementFacts.of(GRAMMAR.parse(sql));
                String found = compare(connection, sql, facts, names);
                connection.rollback();
                if (!found.isEmpty()) {
                    wrong.add(sql + ": " + found);
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    private static String compare(Connection connection, String sql, StatementFacts facts, Map<Long, String> names)
            throws SQLException {
        boolean outside = facts.transaction() == TransactionUse.OUTSIDE_ONLY;
        try (java.sql.Statement statement = connection.createStatement()) {
            if (sql.startsWith("COPY")) {
                connection
                        .unwrap(org.postgresql.PGConnection.class)
                        .getCopyAPI()
                        .copyOut(sql, new java.io.StringWriter());
            } else {
                statement.execute(sql);
            }
        } catch (SQLException | IOException refused) {
            boolean forTransaction = refused instanceof SQLException said && "25001".equals(said.getSQLState());
            return forTransaction == outside && outside ? "" : refused.getMessage();
        }
        if (outside) {
            return "runs in a transaction";
        }
        Map<String, LockMode> real = locks(connection, names);
        Map<String, LockMode> said = new HashMap<>();
        facts.locks().forEach(each -> said.put(each.relation().name(), each.mode()));
        StringBuilder wrong = new StringBuilder();
        facts.relations().forEach(each -> said.putIfAbsent(each.name(), LockMode.NONE));
        said.forEach((name, mode) -> {
            LockMode really = real.getOrDefault(name, LockMode.NONE);
            boolean lessOnOlderServers = mode == LockMode.ACCESS_SHARE && really == LockMode.NONE; // GRANT before 18
            if (names.containsValue(name) && really != mode && !lessOnOlderServers) {
                wrong.append(name)
                        .append(" really ")
                        .append(really)
                        .append(", said ")
                        .append(mode)
                        .append("; ");
            }
        });
        return wrong.toString();
    }

    private static Map<String, LockMode> locks(Connection connection, Map<Long, String> names) throws SQLException {
        Map<String, LockMode> locks = new HashMap<>();
        try (java.sql.Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT relation, mode FROM pg_locks"
                        + " WHERE pid = pg_backend_pid() AND locktype = 'relation' AND granted")) {
            while (rows.next()) {
                String name = names.get(rows.getLong(1));
                if (name != null) {
                    locks.merge(name, LockMode.of(rows.getString(2)).orElseThrow(), LockMode::stronger);
                }
            }
        }
        return locks;
    }

    private static Map<Long, String> names(Connection connection) throws SQLException {
        Map<Long, String> names = new HashMap<>();
        try (java.sql.Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT oid, relname FROM pg_class WHERE relnamespace = 'public'::regnamespace")) {
            while (rows.next()) {
                names.put(rows.getLong(1), rows.getString(2));
            }
        }
        return names;
    }

    @Test
    void agreesWithSquawk() throws IOException, InterruptedException {
        List<String> differing = new ArrayList<>();
        for (JsonNode each : Corpus.lines("squawk/lock_kinds.jsonl")) {
            String sql = each.get("sql").textValue().replace(";", "");
            String wanted = each.get("expected_lock").textValue().replace("Unknown", "");
            String mode = StatementFacts.of(GRAMMAR.parse(sql)).strongestLock().serverName();
            if (!mode.replaceAll("Lock$", "").equals(wanted)) {
                differing.add(sql + ": " + mode);
            }
        }
        assertThat(differing).isEmpty();
    }
}
