package io.lockkeeper.migration;

import static io.lockkeeper.migration.Runs.down;
import static io.lockkeeper.migration.Runs.files;
import static io.lockkeeper.migration.Runs.up;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockkeeper.http.Fault;
import io.lockkeeper.http.Refused;
import io.lockkeeper.job.PermanentFailure;
import io.lockkeeper.migration.BundleSpec.GivenFile;
import io.lockkeeper.migration.Runs.Site;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Migrations that can be taken back, that say why not, and that do neither.
class WaysBackTest {
    private static final String WHY = "-- irreversible: the rows are gone\n";
    private static Runs runs;

    @BeforeAll
    static void start() {
        runs = new Runs();
    }

    @AfterAll
    static void stop() throws InterruptedException {
        runs.close();
    }

    /// Of each format one with a way back, if it knows any; one that says why not; one that does not.
    static List<Arguments> bundles() {
        return List.of(
                Arguments.of(
                        List.of("1|true|null", "2|false|the rows are gone", "3|false|null"),
                        files(
                                "V1__a.sql",
                                "CREATE TABLE a (id int);",
                                "U1__a.sql",
                                "DROP TABLE a;",
                                "V2__b.sql",
                                "/* of 2026 */\n" + WHY + "DELETE FROM a;",
                                "V3__c.sql",
                                "DELETE FROM a;\n-- irreversible: this comes too late\n",
                                "R__r.sql",
                                "SELECT 1;")),
                Arguments.of(
                        List.of("1|true|null", "2|false|the rows are gone", "3|false|null"),
                        files(
                                "1_a.up.sql",
                                "CREATE TABLE a (id int);",
                                "1_a.down.sql",
                                "DROP TABLE a;",
                                "2_b.up.sql",
                                WHY + "DELETE FROM a;",
                                "3_c.up.sql",
                                "DELETE FROM a;")),
                Arguments.of(
                        List.of(
                                "c.sql::1::anna|true|null",
                                "c.sql::2::anna|false|the rows are gone",
                                "c.sql::3::anna|false|null"),
                        files("c.sql", """
                                --liquibase formatted sql
                                --changeset anna:1
                                CREATE TABLE a (id int);
                                --rollback DROP TABLE a;
                                --changeset anna:2
                                %sDELETE FROM a;
                                --changeset anna:3
                                DELETE FROM a;
                                """.formatted(WHY))),
                Arguments.of(
                        List.of("aaa|false|the rows are gone", "bbb|false|null"),
                        files("a.sql", WHY + """
                                BEGIN;
                                CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY);
                                -- Running upgrade  -> aaa
                                INSERT INTO alembic_version (version_num) VALUES ('aaa');
                                COMMIT;
                                """, "b.sql", """
                                BEGIN;
                                -- Running upgrade aaa -> bbb
                                UPDATE alembic_version SET version_num='bbb' WHERE alembic_version.version_num = 'aaa';
                                COMMIT;
                                """)),
                Arguments.of(
                        List.of("20260101120000_a|false|the rows are gone", "20260102120000_b|false|null"),
                        files(
                                "20260101120000_a/migration.sql",
                                "-- CreateTable\n" + WHY + "CREATE TABLE a (id int);",
                                "20260102120000_b/migration.sql",
                                "DROP TABLE a;")),
                Arguments.of(
                        List.of("1|true|null", "2|false|the rows are gone"),
                        files(
                                "001_a.sql",
                                "CREATE TABLE a (id int);",
                                "001_a.down.sql",
                                "DROP TABLE a;",
                                "002_b.sql",
                                WHY.replace("\n", "\r\n") + "DELETE FROM a;")));
    }

    @ParameterizedTest
    @MethodSource("bundles")
    void aPlanTellsWhatCanBeTakenBack(List<String> expected, List<GivenFile> files) throws Exception {
        Site open = runs.site();
        Site careful = runs.carefulSite();

        Plan plan = open.plan(up(files));

        assertThat(plan.planned())
                .extracting(each -> each.migration() + "|" + each.wayBack() + "|" + each.irreversible())
                .filteredOn(each -> !each.startsWith("R "))
                .isEqualTo(expected);
        assertThat(plan.findings()).isEmpty();
        List<String> stuck = expected.stream()
                .filter(each -> each.endsWith("|false|null"))
                .map(each -> each.substring(0, each.indexOf('|')))
                .toList();
        assertThat(careful.plan(up(files)).findings())
                .allMatch(finding -> finding.rule() == Rule.NO_WAY_BACK)
                .extracting(Plan.Finding::migration)
                .isEqualTo(stuck);
    }

    @Test
    void oneWithoutAWayBackRunsOnlyWhereNobodyDemandsOne() throws Exception {
        List<GivenFile> files = files("001_a.sql", "CREATE TABLE a (id int);", "002_b.sql", "DROP TABLE a;");
        List<GivenFile> marked = files(
                "001_a.sql",
                "-- Irreversible : first of all\nCREATE TABLE a (id int);",
                "002_b.sql",
                WHY + "DROP TABLE a;");
        Site open = runs.site();
        Site careful = runs.carefulSite();

        assertThat(open.apply(up(files)).due()).hasSize(2);
        assertThatThrownBy(() -> careful.apply(up(files))).isInstanceOfSatisfying(PermanentFailure.class, refused -> {
            assertThat(refused.problem().code()).isEqualTo("no-way-back");
            assertThat(refused.problem().errors()).extracting(Fault::pointer).containsExactly("1", "2");
        });
        assertThat(careful.rows("SELECT to_regclass('a')")).containsExactly("null");

        assertThat(careful.apply(up(marked)).due()).hasSize(2);
        assertThatThrownBy(() -> careful.apply(down(marked, "base")))
                .isInstanceOfSatisfying(PermanentFailure.class, refused -> assertThat(
                                refused.problem().errors())
                        .extracting(Fault::detail)
                        .containsExactly("has no way back: the rows are gone", "has no way back: first of all"));
    }

    @Test
    void aReasonMustBeGiven() {
        assertThatThrownBy(() -> runs.site()
                        .plan(up(files("001_a.sql", "SELECT 1;", "002_b.sql", "\n--irreversible:\nSELECT 2;"))))
                .hasMessageContaining("002_b.sql:2");
        assertThatThrownBy(() -> up(List.of(), Rule.NO_WAY_BACK)).isInstanceOf(Refused.class);
    }
}
