package io.lockkeeper.migration;

import static io.lockkeeper.migration.Runs.down;
import static io.lockkeeper.migration.Runs.files;
import static io.lockkeeper.migration.Runs.up;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockkeeper.migration.Runs.Site;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Preconditions, delimiters and ways back by name: what the real Liquibase makes of them, and what we do.
class LiquibaseWordsTest {
    private static final String HEAD = "--liquibase formatted sql\n";
    private static final String HISTORY = """
            SELECT id, author, orderexecuted, exectype, md5sum, description, comments, liquibase, contexts, labels
            FROM databasechangelog ORDER BY orderexecuted""";
    private static final String DONE = "SELECT what FROM done";

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

    /// A database for each of the two.
    private final class Pair {
        final Site theirs = site();
        final Site ours = site();

        private static Site site() {
            Site site = runs.site();
            site.sql(
                    "CREATE TABLE done (what text)",
                    "CREATE TABLE orders (id int)",
                    "CREATE TABLE \"Mixed\" (id int)",
                    "CREATE TABLE parts (id int) PARTITION BY RANGE (id)",
                    "CREATE VIEW v AS SELECT 1",
                    "CREATE VIEW \"MixedV\" AS SELECT 1",
                    "CREATE MATERIALIZED VIEW mv AS SELECT 1",
                    "CREATE SCHEMA s",
                    "CREATE TABLE s.inside (id int)",
                    "CREATE VIEW s.sv AS SELECT 1");
            return site;
        }

        void update(String changelog) throws Exception {
            new TheirLiquibase(folder).update(theirs, HEAD + changelog);
            ours.apply(up(files("changelog.sql", HEAD + changelog), Rule.SCHEMA_NOT_EMPTY));
            areAlike();
        }

        void areAlike() throws InterruptedException {
            assertThat(ours.rows(DONE)).isEqualTo(theirs.rows(DONE));
            assertThat(ours.rows(HISTORY)).isEqualTo(theirs.rows(HISTORY));
        }
    }

    private static String changeset(int id, String head, String more) {
        return "--changeset anna:" + id + head + "\n" + more + "\nINSERT INTO done VALUES ('" + id + "');\n";
    }

    @Test
    void whatHoldsRunsAndWhatDoesNotIsMarked() throws Exception {
        List<String> checks = List.of(
                "sql-check expectedResult:1 SELECT 1;",
                "sql-check 1 SELECT 1",
                "sql-check expectedResult:t SELECT true",
                "sql-check expectedResult:true SELECT true",
                "sql-check expectedResult:'a b' SELECT 'a b'",
                "sql-check expectedResult:\"a b\" SELECT 'a b'",
                "sql-check expectedResult:1 SELECT 1 WHERE false",
                "sql-check expectedResult:1 SELECT NULL",
                "sql-check expectedResult:1 SELECT 1, 2",
                "sql-check expectedResult:1 SELECT 1 UNION ALL SELECT 1",
                "sql-check expectedResult:1 SELECT nope",
                "sql-check expectedResult:'2026-01-02 00:00:00' SELECT timestamp '2026-01-02'",
                "sql-check expectedResult:'1.50' SELECT 1.50",
                "sql-check expectedResult:'{1}' SELECT ARRAY[1]",
                "sql-check expectedResult:1 WITH x AS (SELECT 1) SELECT * FROM x -- hm",
                "sql-check expectedResult:1 VALUES (1)",
                "sql-check expectedResult:0 SELECT count(*) FROM ${tab}",
                "table-exists table:orders",
                "table-exists table:ORDERS",
                "table-exists table:mixed",
                "table-exists table:Mixed",
                "table-exists table:parts",
                "table-exists table:v",
                "table-exists table:inside",
                "table-exists schema:s table:inside",
                "table-exists table:inside schema:S",
                "table-exists table:inside schema:nope",
                "view-exists view:v",
                "view-exists view:V",
                "view-exists view:mv",
                "view-exists view:orders",
                "view-exists view:mixedv",
                "view-exists view:sv",
                "view-exists view:sv schema:s");
        StringBuilder changelog = new StringBuilder("--property name:tab value:orders\n");
        for (int i = 0; i < checks.size(); i++) {
            String lines = "--preconditions onFail:MARK_RAN onError:CONTINUE\n--precondition-" + checks.get(i);
            changelog.append(changeset(i, "", lines));
        }
        Pair pair = new Pair();

        pair.update(changelog.toString());

        assertThat(pair.ours.rows("SELECT exectype, count(*) > 5 FROM databasechangelog GROUP BY 1 ORDER BY 1"))
                .containsExactly("EXECUTED|true", "MARK_RAN|true");
        assertThat(pair.ours.rows("SELECT count(*) FROM databasechangelog")).containsExactly(checks.size() - 4 + "");
    }

    @Test
    void whatIsLeftOutIsAskedAgain() throws Exception {
        String changelog = changeset(1, "", "--preconditions onFail:CONTINUE\n--precondition-table-exists table:late")
                + changeset(2, "", "--preconditions onFail:WARN onError:WARN\n--precondition-table-exists table:never")
                + changeset(3, "", "--preconditions onError:WARN\n--precondition-sql-check 1 SELECT nope")
                + changeset(
                        4,
                        "",
                        "--preconditions onFail:MARK_RAN onUpdateSQL:TEST\n--precondition-sql-check 1 SELECT 1\n"
                                + "--precondition-sql-check 0 SELECT count(*) FROM done");
        Pair pair = new Pair();

        pair.update(changelog);
        assertThat(pair.ours.rows(DONE)).containsExactly("2", "3");
        pair.theirs.sql("CREATE TABLE late (id int)");
        pair.ours.sql("CREATE TABLE late (id int)");
        pair.update(changelog);

        assertThat(pair.ours.rows(DONE)).containsExactly("2", "3", "1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"MARK_RAN", "CONTINUE"})
    void whatRunsAgainIsAskedAgain(String onFail) throws Exception {
        String changelog = changeset(
                1,
                " runOnChange:true",
                "--preconditions onFail:" + onFail + "\n--precondition-sql-check 0 SELECT count(*) FROM done");
        Pair pair = new Pair();

        pair.update(changelog);
        pair.update(changelog.replace("VALUES", "SELECT"));
        pair.update(changelog.replace("VALUES", "SELECT"));

        assertThat(pair.ours.rows(DONE)).containsExactly("1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--preconditions onFail:HALT onError:MARK_RAN\n--precondition-sql-check 1 SELECT 0",
                "--preconditions onError:HALT onFail:MARK_RAN\n--precondition-sql-check 1 SELECT nope",
                "--precondition-table-exists table:nope",
                "--preconditions\n--precondition-view-exists view:orders"
            })
    void aHaltStopsEverythingBehindIt(String lines) throws Exception {
        String changelog = HEAD + changeset(1, "", "") + changeset(2, "", lines) + changeset(3, "", "");
        Pair pair = new Pair();

        assertThatThrownBy(() -> new TheirLiquibase(folder).update(pair.theirs, changelog))
                .hasMessageContaining("::2::anna");
        assertThatThrownBy(() -> pair.ours.apply(up(files("changelog.sql", changelog), Rule.SCHEMA_NOT_EMPTY)))
                .hasMessageContaining("precondition-failed")
                .hasMessageContaining("::2::anna");

        pair.areAlike();
        assertThat(pair.ours.rows(DONE)).containsExactly("1");
    }

    /// What an attempt has done itself is no reason to leave the rest out.
    @Test
    void whatWasInterruptedIsNotAskedAgain() throws Exception {
        String changelog = HEAD + """
                --changeset anna:1 runInTransaction:false
                --preconditions onFail:MARK_RAN
                --precondition-sql-check 0 SELECT count(*) FROM done
                INSERT INTO done VALUES ('1');
                SELECT 1 / (SELECT count(*) FROM orders);
                INSERT INTO done VALUES ('2');
                """;
        Site site = new Pair().ours;

        assertThatThrownBy(() -> site.apply(up(files("changelog.sql", changelog), Rule.SCHEMA_NOT_EMPTY)))
                .hasMessageContaining("changelog.sql:6");
        site.sql("INSERT INTO orders VALUES (1)");
        site.apply(up(files("changelog.sql", changelog), Rule.SCHEMA_NOT_EMPTY));

        assertThat(site.rows(DONE)).containsExactly("1", "2");
        assertThat(site.rows("SELECT exectype FROM databasechangelog")).containsExactly("EXECUTED");
    }

    @Test
    void whatMayFailStopsNothing() throws Exception {
        String changelog = """
                --changeset anna:1 failOnError:false
                INSERT INTO done VALUES ('1');
                SELECT 1 / (SELECT count(*) FROM orders);
                --changeset anna:2 failOnError:false
                --precondition-sql-check 1 SELECT 0
                INSERT INTO done VALUES ('2');
                --changeset anna:3
                INSERT INTO done VALUES ('3');
                """;
        Pair pair = new Pair();

        pair.update(changelog);
        assertThat(pair.ours.rows(DONE)).containsExactly("3");
        pair.theirs.sql("INSERT INTO orders VALUES (1)");
        pair.ours.sql("INSERT INTO orders VALUES (1)");
        pair.update(changelog);

        assertThat(pair.ours.rows(DONE)).containsExactly("3", "1");
    }

    @Test
    void aPlanTellsWhatHasToHold() throws Exception {
        String changelog = HEAD + changeset(1, "", "--precondition-table-exists table:orders") + changeset(2, "", "");

        Plan plan = new Pair().ours.plan(up(files("changelog.sql", changelog)));

        assertThat(plan.planned()).extracting(Plan.Planned::onlyIf).containsExactly("table public.orders exists", null);
    }

    @Test
    void statementsEndWhereTheDelimiterIs() throws Exception {
        StringBuilder changelog = new StringBuilder();
        int id = 0;
        for (String delimiter :
                List.of("/", "//", "#", "@@", "GO", "go", ";;", "\\nGO", "\\n/", "|", "^", "!", "~", "%%", "###")) {
            String word = delimiter.replace("\\n", "");
            String head = "--changeset anna:%d endDelimiter:%s\n";
            changelog.append(head.formatted(++id, delimiter)).append("""
                    CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$
                    BEGIN
                      RETURN 4 / 2;
                    END;
                    $$
                    %1$s
                    INSERT INTO done VALUES ('1;%1$s')
                    %1$s
                    INSERT INTO done -- not here: %1$s !
                    VALUES ('2'); INSERT INTO done VALUES ('3');
                    %1$s
                    """.formatted(word));
            if (!delimiter.equals("/") && !delimiter.startsWith("\\")) {
                changelog.append(head.formatted(++id, delimiter)).append("""
                        INSERT INTO done VALUES ('a')%1$s
                        INSERT INTO done VALUES ('b') %1$s INSERT INTO done VALUES ('c')
                        """.formatted(word));
            }
        }
        Pair pair = new Pair();

        pair.update(changelog.toString());

        assertThat(pair.ours.rows("SELECT count(*) FROM done WHERE what IN ('2', '3', 'a', 'b', 'c')"))
                .containsExactly(15 * 2 + 12 * 3 + "");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "\\nGO"})
    void someDelimitersStandAtTheBeginningOfALine(String delimiter) throws Exception {
        String changelog = HEAD + "--changeset anna:1 endDelimiter:" + delimiter + "\nINSERT INTO done VALUES ('1') "
                + delimiter.replace("\\n", "") + "\nINSERT INTO done VALUES ('2')";
        Pair pair = new Pair();

        assertThatThrownBy(() -> new TheirLiquibase(folder).update(pair.theirs, changelog))
                .hasMessageContaining("syntax error");
        assertThatThrownBy(() -> pair.ours.plan(up(files("changelog.sql", changelog))))
                .hasMessageContaining("changelog.sql:3");
    }

    @Test
    void theWayBackMayBeAnotherChangeset() throws Exception {
        String changelog = HEAD + """
                --changeset anna:1
                INSERT INTO done VALUES ('1');
                --rollback not required, really
                --changeset bert:2
                INSERT INTO done VALUES ('2');
                --rollback changesetId:1 changesetAuthor:anna
                --changeset bert:3 logicalFilePath:x/y.sql endDelimiter:/
                INSERT INTO done VALUES ('3')
                /
                INSERT INTO done VALUES ('4')
                --rollback changeSetID:2 changesetauthor:BERT changesetPath:changelog.sql
                --changeset bert:5
                INSERT INTO done VALUES ('5');
                --rollback changesetId:3 changesetAuthor:bert changesetPath:x/y.sql
                --changeset bert:6
                INSERT INTO done VALUES ('6');
                --rollback changesetId:6 changesetAuthor:bert
                --changeset bert:7 rollbackEndDelimiter:GO
                INSERT INTO done VALUES ('7');
                --rollback INSERT INTO done VALUES ('-7')
                --rollback GO
                --rollback INSERT INTO done VALUES ('-8')
                """;
        Pair pair = new Pair();
        pair.update(changelog.substring(HEAD.length()));

        new TheirLiquibase(folder).rollback(pair.theirs, changelog, 6);
        pair.ours.apply(down(files("changelog.sql", changelog), "base"));

        pair.areAlike();
        assertThat(pair.ours.rows(DONE)).hasSize(7 + 2 + 1 + 2 + 1 + 1).contains("-8");
    }
}
