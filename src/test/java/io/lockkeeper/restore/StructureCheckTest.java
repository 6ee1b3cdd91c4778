package io.lockkeeper.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockkeeper.postgres.PgFailure;
import io.lockkeeper.postgres.PgSession;
import io.lockkeeper.postgres.Sandbox;
import io.lockkeeper.postgres.TestSandboxes;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StructureCheckTest {
    private static Sandbox sandbox;
    private static int databases;

    private PgSession session;

    @BeforeAll
    static void start() throws Exception {
        sandbox = TestSandboxes.start(18);
    }

    @AfterAll
    static void stop() {
        if (sandbox != null) {
            sandbox.close();
        }
    }

    @BeforeEach
    void open() throws Exception {
        String name = "d" + databases++;
        try (PgSession root = sandbox.connect("postgres")) {
            root.execute("CREATE DATABASE " + name);
        }
        session = sandbox.connect(name);
        session.script("CREATE TABLE t (id int PRIMARY KEY, n int, words text[])");
        session.script("INSERT INTO t SELECT g, g % 10, ARRAY['a', 'b'] FROM generate_series(1, 1000) g");
        session.script("CREATE INDEX t_n ON t (n); CREATE INDEX t_words ON t USING gin (words)");
    }

    @AfterEach
    void close() {
        session.close();
    }

    @Test
    void findsNothingInASoundDatabaseAndLeavesNothing() throws Exception {
        assertThat(new StructureCheck(false).check(session)).isEqualTo(Findings.NONE);
        assertThat(new StructureCheck(true).check(session)).isEqualTo(Findings.NONE);
        assertThat(session.query("SELECT FROM pg_namespace WHERE nspname ~ 'lockkeeper'"))
                .isEmpty();
        assertThat(session.query("SELECT FROM pg_extension WHERE extname = 'amcheck'"))
                .isEmpty();
    }

    @Test
    void usesTheExtensionThatIsThere() throws Exception {
        session.script("CREATE SCHEMA \"odd name\"; CREATE EXTENSION amcheck SCHEMA \"odd name\"");
        assertThat(new StructureCheck(true).check(session)).isEqualTo(Findings.NONE);
        assertThat(session.query("SELECT FROM pg_extension WHERE extname = 'amcheck'"))
                .hasSize(1);
    }

    @Test
    void anInvalidIndexSpeaksAgainstARestoreAndIsNotedOfACopy() throws Exception {
        assertThatThrownBy(() -> session.execute("CREATE UNIQUE INDEX CONCURRENTLY t_half ON t (n)"))
                .isInstanceOf(PgFailure.class);
        Findings restored = new StructureCheck(false).check(session);
        assertThat(restored.reasons()).singleElement().satisfies(reason -> {
            assertThat(reason.code()).isEqualTo(Reason.Code.STRUCTURE);
            assertThat(reason.subject()).isEqualTo("public.t_half");
        });
        Findings copied = new StructureCheck(true).check(session);
        assertThat(copied.reasons()).isEmpty();
        assertThat(copied.notes()).singleElement().asString().contains("public.t_half");
    }

    @Test
    void aPartitionedIndexWithoutAllItsPartsIsOnlyNoted() throws Exception {
        session.script("CREATE TABLE p (id int) PARTITION BY RANGE (id)");
        session.script("CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (10)");
        session.script("CREATE INDEX p_id ON ONLY p (id)");
        Findings found = new StructureCheck(false).check(session);
        assertThat(found.reasons()).isEmpty();
        assertThat(found.notes()).singleElement().asString().contains("public.p_id");
    }

    @Test
    void notesConstraintsThatNobodyValidated() throws Exception {
        session.script("ALTER TABLE t ADD CONSTRAINT small CHECK (n < 5) NOT VALID");
        session.script("ALTER TABLE t ADD CONSTRAINT unenforced CHECK (n < 5) NOT ENFORCED");
        Findings found = new StructureCheck(false).check(session);
        assertThat(found.reasons()).isEmpty();
        assertThat(found.notes())
                .singleElement()
                .asString()
                .contains("public.small")
                .doesNotContain("unenforced");
    }

    @Test
    void findsAnIndexThatDoesNotLeadToItsRows() throws Exception {
        session.script("SET allow_system_table_mods = on");
        session.script("UPDATE pg_index SET indisready = false, indisvalid = false WHERE indexrelid = 't_n'::regclass");
        session.script("INSERT INTO t VALUES (5000, 5000, NULL)"); // which the index does not see
        session.script("UPDATE pg_index SET indisready = true, indisvalid = true WHERE indexrelid = 't_n'::regclass");
        Findings found = new StructureCheck(true).check(session);
        assertThat(found.reasons()).singleElement().satisfies(reason -> {
            assertThat(reason.code()).isEqualTo(Reason.Code.SOURCE);
            assertThat(reason.subject()).isEqualTo("public.t_n");
            assertThat(reason.sqlState()).isEqualTo("XX001");
        });
    }

    @Test
    void saysWhatACopyOfFilesDoesNotHold() throws Exception {
        session.script("CREATE UNLOGGED TABLE quick (id int)");
        assertThat(new StructureCheck(true).check(session).notes())
                .singleElement()
                .asString()
                .contains("public.quick");
        assertThat(new StructureCheck(false).check(session)).isEqualTo(Findings.NONE);
    }

    @Test
    void aFunctionInAnIndexThatFailsIsNoProofOfDamage() throws Exception {
        session.script("CREATE FUNCTION strict_one(n int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS "
                + "$$ BEGIN IF current_setting('x.fail', true) = 'yes' THEN RAISE 'no'; END IF; RETURN n; END $$");
        session.script("CREATE INDEX t_f ON t (strict_one(n)); SET x.fail = 'yes'");
        Findings found = new StructureCheck(true).check(session);
        assertThat(found.reasons()).isEmpty();
        assertThat(found.notes()).singleElement().asString().contains("public.t_f");
    }
}
