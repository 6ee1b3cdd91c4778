package io.lockkeeper.migration;

import static io.lockkeeper.migration.Runs.down;
import static io.lockkeeper.migration.Runs.files;
import static io.lockkeeper.migration.Runs.up;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockkeeper.job.PermanentFailure;
import io.lockkeeper.migration.BundleSpec.GivenFile;
import io.lockkeeper.migration.Runs.Site;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Side by side with the real Liquibase, and taking turns with it.
class LiquibaseTest {
    private static final String HISTORY = """
            SELECT id, author, filename, orderexecuted, exectype, md5sum, description, comments, tag, liquibase, contexts, labels
            FROM databasechangelog ORDER BY orderexecuted""";
    private static final String TABLE = """
            SELECT a.attrelid::regclass, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull
            FROM pg_attribute a WHERE a.attrelid IN ('databasechangelog'::regclass, 'databasechangeloglock'::regclass)
              AND a.attnum > 0 ORDER BY 1, 2""";
    private static final String CHANGELOG = """
            --liquibase formatted sql
            --property name:word value:hello

            --changeset anna:1
            CREATE TABLE orders (id int, note text); -- ${word} ${unknown}
            --rollback DROP TABLE orders;

            --changeset "bert b":two labels:v1,v2 contextFilter:"prod and !test" splitStatements:false
            --comment: a function
            CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$
            BEGIN
              RETURN 1; -- the end;
            END $$;
            --rollback DROP FUNCTION
            --rollback f();

            -- changeset anna:3 runInTransaction:false context:a,b labels:"x"
            CREATE INDEX CONCURRENTLY orders_id ON orders (id);
            /* liquibase rollback
            DROP INDEX orders_id;
            */

            --changeset anna:4 runOnChange:true stripComments:false
            /* a comment */
            CREATE OR REPLACE VIEW v AS SELECT '${word}' AS word;
            --rollback empty

            --changeset anna:5 dbms:oracle
            NONSENSE;
            """;

    private static Runs runs;

    @TempDir
    Path folder;

    @BeforeAll
    static void start() {
        runs = new Runs();
    }

    @AfterAll
    static void stop() throws InterruptedException {
        runs.close();
    }

    private void liquibase(Site site, String changelog) throws Exception {
        new TheirLiquibase(folder).update(site, changelog);
    }

    private static List<GivenFile> changelog(String text) {
        return files("changelog.sql", text);
    }

    @Test
    void leavesTheSameHistoryAsLiquibase() throws Exception {
        Site theirs = runs.site();
        Site ours = runs.site();

        liquibase(theirs, CHANGELOG);
        ours.apply(up(changelog(CHANGELOG)));

        assertThat(ours.rows(HISTORY)).isEqualTo(theirs.rows(HISTORY)).hasSize(4);
        try (var session = ours.session()) {
            var scene = io.lockkeeper.migration.format.Scene.look(
                    session, null, null, null, java.util.Map.of(), List.of(), List.of());
            var history = io.lockkeeper.migration.format.Formats.named("liquibase-sql")
                    .orElseThrow()
                    .history(scene);
            assertThat(history.lock(session, "lockkeeper job 1")).isTrue();
            history.unlock(session, "lockkeeper job 1");
        }
        assertThat(ours.rows(TABLE)).isEqualTo(theirs.rows(TABLE));
    }

    @Test
    void takesTurnsWithLiquibase() throws Exception {
        Site site = runs.site();
        String more = CHANGELOG + "\n--changeset anna:6\nINSERT INTO orders VALUES (6);\n";
        String changed = more.replace("AS word;", "AS word, 2 AS two;");

        site.apply(up(changelog(CHANGELOG)));
        liquibase(site, more);
        assertThat(site.rows("SELECT id FROM orders")).containsExactly("6");
        assertThat(site.apply(up(changelog(changed))).due()).hasSize(1);
        liquibase(site, changed);

        assertThat(site.apply(up(changelog(changed))).due()).isEmpty();
        assertThat(site.rows("SELECT exectype FROM databasechangelog WHERE id = '4'"))
                .containsExactly("RERAN");
        site.apply(down(changelog(CHANGELOG), "base", Rule.MISSING, Rule.CHANGED_SINCE));
        assertThat(site.rows("SELECT to_regclass('orders'), to_regproc('f')")).containsExactly("null|null");
    }

    @Test
    void namesTheLineOfASecondThought() {
        Site site = runs.site();
        String head = "--liquibase formatted sql\n--changeset a:1\nSELECT 1;\n";
        for (String bad : List.of(
                "--precondition-sql-check 1 SELECT 1\n--preconditions onFail:MARK_RAN",
                "--rollback changesetId:1 changesetAuthor:a\n--rollback SELECT 1;")) {
            assertThatThrownBy(() -> site.plan(up(changelog(head + bad))))
                    .as(bad)
                    .isInstanceOf(PermanentFailure.class)
                    .hasMessageContaining("changelog.sql:5");
        }
    }

    @Test
    void namesTheLineOfWhatItDoesNotRun() {
        Site site = runs.site();
        String head = "--liquibase formatted sql\n--changeset a:1\n";
        for (String bad : List.of(
                "--preconditions onFail:NEVER\nSELECT 1;",
                "--precondition-sql-check SELECT 1\nSELECT 1;",
                "--precondition-sql-check 1 SELECT 1; SELECT 2\nSELECT 1;",
                "--precondition-sql-check on SHOW fsync\nSELECT 1;",
                "--precondition-sql-check expectedResult:'' SELECT ''\nSELECT 1;",
                "--precondition-sql-check\nSELECT 1;",
                "--precondition-table-exists orders\nSELECT 1;",
                "--precondition-view-exists table:v\nSELECT 1;",
                "--precondition-sequence-exists sequence:s\nSELECT 1;",
                "-changeset b:2\nSELECT 1;",
                "--rollback changesetId:x changesetAuthor:y\nSELECT 1;",
                "--rollback changesetId:1 changesetAuthor:a changesetPath:other.sql\nSELECT 1;",
                "--rollback changesetId:1\nSELECT 1;",
                "--changeset b:2 endDelimiter:$$\nSELECT 1;",
                "--changeset b:2 endDelimiter:\\;\nSELECT 1;",
                "--changeset nobody\nSELECT 1;",
                "--changeset b:2 runWith:psql\nSELECT 1;")) {
            String text = head + (bad.startsWith("--changeset") ? "SELECT 1;\n" : "") + bad;
            assertThatThrownBy(() -> site.plan(up(changelog(text))))
                    .as(bad)
                    .isInstanceOf(PermanentFailure.class)
                    .hasMessageContaining("changelog.sql:" + (bad.startsWith("--changeset") ? 4 : 3));
        }
    }
}
