package io.lockkeeper.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.postgres.PgSession;
import io.lockkeeper.postgres.Sandbox;
import io.lockkeeper.postgres.TestSandboxes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TeamChecksTest {
    private static Sandbox sandbox;

    @BeforeAll
    static void start() throws Exception {
        sandbox = TestSandboxes.start(18);
        try (PgSession session = sandbox.connect("postgres")) {
            session.script("CREATE DATABASE shop");
            session.script("ALTER DATABASE shop SET search_path = sales, public");
            session.script("ALTER DATABASE shop SET statement_timeout = 1");
            session.script("REVOKE CONNECT ON DATABASE shop FROM PUBLIC");
        }
        try (PgSession session = patient()) {
            session.script("""
                    CREATE SCHEMA sales;
                    CREATE TABLE sales.orders AS SELECT n AS id, n * 1.5 AS price FROM generate_series(1, 100) n;
                    ALTER TABLE sales.orders ENABLE ROW LEVEL SECURITY;
                    SELECT lo_from_bytea(4711, 'large');
                    CREATE FUNCTION sales.runs_as_superuser(command text) RETURNS text
                      LANGUAGE plpgsql SECURITY DEFINER AS
                      $$ BEGIN EXECUTE format('COPY (SELECT 1) TO PROGRAM %L', command); RETURN 'ran'; END $$;
                    CREATE FUNCTION sales.writes() RETURNS int LANGUAGE sql AS
                      $$ INSERT INTO sales.orders VALUES (0, 0) RETURNING id $$;
                    CREATE EXTENSION file_fdw;
                    CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
                    CREATE FOREIGN TABLE sales.programs (line text) SERVER files OPTIONS (program 'id');
                    CREATE EXTENSION dblink""");
        }
    }

    @AfterAll
    static void stop() {
        if (sandbox != null) {
            sandbox.close();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            SELECT count(*) = 100 FROM orders               | true
            SELECT count(*) FROM sales.orders;              | 100
            SELECT count(*) FROM orders -- all of them      | > 99
            WITH o AS (SELECT * FROM orders) SELECT max(price) FROM o | = 150
            SELECT max(price) FROM orders                   | 150.0
            VALUES ('a b')                                  | a b
            SELECT 'x'                                      | != y
            SELECT lo_get(4711) = 'large'::bytea            | true
            SELECT timestamptz '2026-11-21 12:00+02'        | 2026-11-21 10:00:00+00
            """)
    void passes(String sql, String expect) throws Exception {
        CheckOutcome outcome = run(sql, expect);
        assertThat(outcome.passed()).as(outcome.toString()).isTrue();
        assertThat(outcome.problem()).isNull();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            SELECT count(*) FROM orders                     | 99      | 100
            SELECT count(*) FROM orders                     | > 100   | 100
            SELECT false                                    | true    | false
            SELECT NULL                                     | true    |
            SELECT id FROM orders WHERE false               | true    |
            """)
    void failsWithWhatItFound(String sql, String expect, String found) throws Exception {
        CheckOutcome outcome = run(sql, expect);
        assertThat(outcome.passed()).isFalse();
        assertThat(outcome.found()).isEqualTo(found);
        assertThat(outcome.problem()).isNull();
        assertThat(TeamChecks.findings(List.of(outcome)).reasons())
                .singleElement()
                .satisfies(reason -> assertThat(reason.code()).isEqualTo(Reason.Code.CHECK));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            SELECT nothing FROM orders                      | 42703
            SELEKT 1                                        | 42601
            SELECT 1; SELECT true                           | 42601
            SELECT 1) AS a (b); DROP TABLE orders; SELECT (1 | 42601
            DELETE FROM orders                              | 42601
            WITH d AS (DELETE FROM orders RETURNING 1) SELECT count(*) FROM d | 0A000
            SELECT writes()                                 | 25006
            COPY (SELECT 1) TO PROGRAM 'id'                 | 42601
            DO $$ BEGIN NULL; END $$                        | 42601
            SELECT id, price FROM orders                    |
            SELECT lo_export(4711, '/tmp/exported')         | 42501
            SELECT pg_read_file('postgresql.conf')          | 42501
            SELECT rolpassword FROM pg_authid               | 42501
            SELECT * FROM programs                          | 55000
            SELECT runs_as_superuser('id')                  | 42501
            SELECT * FROM dblink('dbname=postgres', 'SELECT 1') AS t (x int) | 42501
            SELECT set_config('role', 'lockkeeper_root', false) | 42501
            SELECT set_config('session_authorization', 'lockkeeper_root', false) | 42501
            SELECT 'many' WHERE pg_terminate_backend(pg_backend_pid()) IS NULL |
            """)
    void namesWhatCannotBeAskedAsAFailure(String sql, String state) throws Exception {
        CheckOutcome outcome = run(sql, "true");
        assertThat(outcome.passed()).isFalse();
        if (state != null) {
            assertThat(outcome.problem()).as(outcome.toString()).contains(state);
        }
    }

    @Test
    void runsNothingOnTheMachine() throws Exception {
        Path trace = Files.createTempDirectory("check").resolve("trace");
        Files.setPosixFilePermissions(
                trace.getParent(), java.nio.file.attribute.PosixFilePermissions.fromString("rwxrwxrwx"));
        run("SELECT runs_as_superuser('touch " + trace + "')", "ran");
        assertThat(trace).doesNotExist();
        Files.delete(trace.getParent());
    }

    @Test
    void endsWhatTakesTooLong() throws Exception {
        List<CheckOutcome> outcomes;
        try (PgSession session = patient()) {
            outcomes = new TeamChecks(sandbox, "shop", Duration.ofSeconds(1))
                    .run(
                            session,
                            List.of(
                                    new TeamCheck("slow", "SELECT pg_sleep(60) IS NULL", null),
                                    new TeamCheck("after it", "SELECT true", null)));
        }
        assertThat(outcomes).extracting(CheckOutcome::passed).containsExactly(false, true);
        assertThat(outcomes.getFirst().problem()).isEqualTo("It took longer than 1 s.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"> ten", ">=", "<", "!="})
    void findsExpectationsThatNothingCanMeet(String expect) {
        assertThat(Expectation.fault(expect)).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"true", "> 10", "<= -1.5e3", "= x", "a > b", ""})
    void letsOtherExpectationsBe(String expect) {
        assertThat(Expectation.fault(expect)).isEmpty();
    }

    private static PgSession patient() throws Exception {
        return sandbox.connect(sandbox.address("shop").withSettings(Map.of("statement_timeout", "0")));
    }

    private static CheckOutcome run(String sql, String expect) throws Exception {
        try (PgSession session = patient()) {
            return new TeamChecks(sandbox, "shop")
                    .run(session, List.of(new TeamCheck("check", sql, expect)))
                    .getFirst();
        }
    }
}
