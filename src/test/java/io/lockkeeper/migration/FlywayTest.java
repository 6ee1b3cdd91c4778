package io.lockkeeper.migration;

import static io.lockkeeper.migration.Runs.down;
import static io.lockkeeper.migration.Runs.files;
import static io.lockkeeper.migration.Runs.spec;
import static io.lockkeeper.migration.Runs.up;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockkeeper.job.PermanentFailure;
import io.lockkeeper.migration.BundleSpec.GivenFile;
import io.lockkeeper.migration.MigrationSpec.Options;
import io.lockkeeper.migration.Runs.Site;
import io.lockkeeper.migration.format.Direction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Side by side with the real Flyway, and taking turns with it.
class FlywayTest {
    private static final String HISTORY = """
            SELECT installed_rank, version, description, type, script, checksum, installed_by, success
            FROM flyway_schema_history ORDER BY installed_rank""";
    private static final String TABLE = """
            SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid)
            FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
            WHERE a.attrelid = 'flyway_schema_history'::regclass AND a.attnum > 0
            UNION ALL SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid), indisprimary, NULL
            FROM pg_index WHERE indrelid = 'flyway_schema_history'::regclass ORDER BY 1""";
    private static final List<GivenFile> FILES = files(
            "V1__create_orders.sql", "CREATE TABLE orders (id int);\r\nINSERT INTO orders VALUES (1);",
            "V1.1__more.sql", "\uFEFFALTER TABLE orders ADD note text; -- \u00fcmlaut",
            "V01_2__double__underscore.sql", "INSERT INTO orders VALUES (2, '${who}');\n\n",
            "sub/V10__in_a_folder.sql", "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $f$ SELECT 1; SELECT 2; $f$;",
            "V11__empty.sql", "",
            "R__b_view.sql", "CREATE OR REPLACE VIEW b AS SELECT '${who}' AS who;",
            "R__a_view.sql", "CREATE OR REPLACE VIEW a AS SELECT 1 AS one;\rSELECT 2;",
            "V12__index.sql", "CREATE INDEX CONCURRENTLY orders_id ON orders (id);",
            "V13__raw.sql", "INSERT INTO orders VALUES (3, '${who}');",
            "V13__raw.sql.conf", "placeholderReplacement=false\n");

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

    private static Options who() {
        return new Options(null, null, null, Map.of("who", "anna"), null, null);
    }

    private static MigrationSpec upWho(List<GivenFile> files) {
        return spec(files, Direction.UP, null, who());
    }

    private FluentConfiguration flyway(Site site, List<GivenFile> files) throws IOException {
        try (Stream<Path> old = Files.walk(folder)) {
            for (Path path : old.filter(Files::isRegularFile).toList()) {
                Files.delete(path);
            }
        }
        for (GivenFile file : files) {
            Path path = folder.resolve(file.path());
            Files.createDirectories(path.getParent());
            Files.writeString(path, file.content());
        }
        return Flyway.configure()
                .dataSource(
                        site.database.jdbcUrl(),
                        site.database.username(),
                        site.database.password().orElseThrow())
                .locations("filesystem:" + folder)
                .configuration(Map.of("flyway.postgresql.transactional.lock", "false"))
                .placeholders(Map.of("who", "anna"));
    }

    @Test
    void leavesTheSameHistoryAsFlyway() throws Exception {
        Site theirs = runs.site();
        Site ours = runs.site();

        flyway(theirs, FILES).load().migrate();
        ours.apply(upWho(FILES));

        assertThat(ours.rows(HISTORY)).isEqualTo(theirs.rows(HISTORY)).hasSize(9);
        assertThat(ours.rows(TABLE)).isEqualTo(theirs.rows(TABLE));
        assertThat(ours.rows("SELECT * FROM orders ORDER BY id"))
                .isEqualTo(theirs.rows("SELECT * FROM orders ORDER BY id"));
    }

    @Test
    void takesTurnsWithFlyway() throws Exception {
        Site site = runs.site();
        List<GivenFile> first = files("V1__a.sql", "CREATE TABLE a (id int);", "R__v.sql", "SELECT 1;");
        List<GivenFile> second = new ArrayList<>(first);
        second.addAll(files("V2__b.sql", "CREATE TABLE b (id int);"));
        List<GivenFile> third = new ArrayList<>(second);
        third.set(1, new GivenFile("R__v.sql", "SELECT 2;"));
        third.addAll(files("V3__c.sql", "CREATE TABLE c (id int);"));

        site.apply(up(first));
        assertThat(flyway(site, second).load().migrate().migrationsExecuted).isEqualTo(1);
        assertThat(site.apply(up(third)).due())
                .extracting(due -> due.migration().id())
                .containsExactly("3", "R v");

        assertThat(flyway(site, third).load().migrate().migrationsExecuted).isZero();
        flyway(site, third).load().validate();
        assertThat(site.apply(up(third)).due()).isEmpty();
    }

    /// Also names that nobody should write.
    @Test
    void readsNamesAsFlywayDoes() throws Exception {
        List<String> names = List.of(
                "V1__a.sql",
                "V2_1__b.sql",
                "V3.2__c.SQL",
                "v4__d.sql",
                "V5.sql",
                "V6_e.sql",
                "V007__f.sql",
                "V8__.sql",
                "R__g.sql",
                "R1__h.sql",
                "R__.sql",
                "V__i.sql",
                "V1.x__j.sql",
                "X9__k.sql",
                "V10__l.txt",
                "V11__m_n__o.sql",
                "Vv12__p.sql",
                "V13_0__q.sql",
                "V14__r.s.sql",
                "V_15__t.sql",
                "V16___u.sql",
                "R.sql",
                "V.sql",
                ".sql");
        List<GivenFile> files =
                names.stream().map(name -> new GivenFile(name, "SELECT 1;")).toList();
        Site site = runs.site();
        List<String> theirs = Arrays.stream(flyway(site, files).load().info().all())
                .map(FlywayTest::told)
                .toList();

        List<String> ours = site.plan(up(files)).due().stream()
                .map(Due::migration)
                .map(each -> (each.id().startsWith("R ") ? "null" : each.id()) + "|" + each.description() + "|"
                        + each.checksum())
                .toList();

        assertThat(ours).containsExactlyElementsOf(theirs);
    }

    private static String told(MigrationInfo info) {
        return info.getVersion() + "|" + info.getDescription() + "|" + info.getChecksum();
    }

    @Test
    void asksAboutWhatIsOutOfOrderChangedOrMissing() throws Exception {
        Site site = runs.site();
        site.apply(up(files("V1__a.sql", "SELECT 1;", "V2__b.sql", "SELECT 2;", "V4__d.sql", "SELECT 4;")));
        List<GivenFile> now = files("V1__a.sql", "SELECT 11;", "V3__c.sql", "SELECT 3;", "V4__d.sql", "SELECT 4;");

        Plan plan = site.plan(up(now));

        assertThat(plan.findings())
                .extracting(Plan.Finding::rule, Plan.Finding::migration)
                .containsExactlyInAnyOrder(
                        org.assertj.core.groups.Tuple.tuple(Rule.CHANGED_SINCE, "1"),
                        org.assertj.core.groups.Tuple.tuple(Rule.MISSING, "2"),
                        org.assertj.core.groups.Tuple.tuple(Rule.OUT_OF_ORDER, "3"));
        assertThatThrownBy(() -> site.apply(up(now, Rule.MISSING, Rule.CHANGED_SINCE)))
                .isInstanceOf(PermanentFailure.class)
                .hasMessageContaining("out-of-order");
        assertThat(site.rows(HISTORY)).hasSize(3);
        site.apply(up(now, Rule.MISSING, Rule.CHANGED_SINCE, Rule.OUT_OF_ORDER));
        assertThat(site.rows(HISTORY)).hasSize(4);
    }

    @Test
    void beginsAtABaseline() throws Exception {
        List<GivenFile> files =
                files("V1__a.sql", "CREATE TABLE there (id int);", "V2__b.sql", "CREATE TABLE b (id int);");
        Site theirs = runs.site();
        Site ours = runs.site();
        theirs.sql("CREATE TABLE there (id int)");
        ours.sql("CREATE TABLE there (id int)");
        assertThatThrownBy(() -> ours.apply(up(files))).hasMessageContaining("schema-not-empty");

        flyway(theirs, files)
                .baselineOnMigrate(true)
                .baselineVersion("1")
                .load()
                .migrate();
        ours.apply(spec(files, Direction.UP, null, new Options(null, null, "1", null, null, null)));

        assertThat(ours.rows(HISTORY)).isEqualTo(theirs.rows(HISTORY)).hasSize(2);
        assertThat(ours.apply(up(files)).due()).isEmpty();
    }

    @Test
    void refusesWhatItCannotRunAsFlywayWould() {
        Site site = runs.site();
        assertThatThrownBy(() -> site.plan(up(files(
                        "V1__a.sql", "SELECT 1;\n\\i other.sql\n",
                        "V2__b.sql", "\n\nSELECT '${nobody}';",
                        "V3__c.sql", "SELECT 1;\nBEGIN;\nSELECT 2;\nCOMMIT;",
                        "V4__d.sql", "",
                        "V4__e.sql", "",
                        "V5__f.sql", "",
                        "V5__f.sql.conf", "# why not\nshouldExecute=false",
                        "afterMigrate.sql", "SELECT 1;"))))
                .isInstanceOfSatisfying(PermanentFailure.class, failure -> assertThat(
                                failure.problem().errors())
                        .extracting(io.lockkeeper.http.Fault::pointer)
                        .contains("V1__a.sql:2", "V2__b.sql:3", "V5__f.sql.conf:2", "afterMigrate.sql"));
        assertThatThrownBy(() -> site.plan(up(files("V3__c.sql", "SELECT 1;\nBEGIN;\nSELECT 2;\nCOMMIT;"))))
                .hasMessageContaining("V3__c.sql:2");
    }

    @Test
    void tellsWhereItFailedAndLeavesNothing() throws Exception {
        Site site = runs.site();
        List<GivenFile> files =
                files("V1__a.sql", "CREATE TABLE a (id int);", "V2__b.sql", "CREATE TABLE b (id int);\n\nSELECT nope;");

        assertThatThrownBy(() -> site.apply(up(files)))
                .isInstanceOf(PermanentFailure.class)
                .hasMessageContainingAll("V2__b.sql:3", "nope", "Of 2 nothing was applied", "1 before it");

        assertThat(site.rows(HISTORY)).hasSize(1);
        assertThat(site.rows("SELECT to_regclass('b')")).containsExactly("null");
        site.apply(up(files("V1__a.sql", "CREATE TABLE a (id int);", "V2__b.sql", "CREATE TABLE b (id int);")));
        assertThat(site.rows(HISTORY)).hasSize(2);
    }

    @Test
    void goesOnBehindTheStatementsThatAreDoneWhenTheFileWasMended() throws Exception {
        Site site = runs.site();
        String good = "CREATE TABLE a (id int);\nCREATE INDEX CONCURRENTLY a_id ON a (id);\n";
        assertThatThrownBy(() -> site.apply(up(files("V1__a.sql", good + "INSERT INTO nowhere VALUES (1);"))))
                .hasMessageContainingAll("V1__a.sql:3", "up to that of line 2");
        assertThat(site.rows("SELECT success FROM flyway_schema_history")).containsExactly("false");

        assertThatThrownBy(() -> site.apply(up(files("V1__a.sql", good.replace("int", "bigint")))))
                .hasMessageContaining("partly-applied");
        site.apply(up(files("V1__a.sql", good + "INSERT INTO a VALUES (1);")));

        assertThat(site.rows("SELECT success FROM flyway_schema_history")).containsExactly("true");
        assertThat(site.rows("SELECT * FROM a")).containsExactly("1");
    }

    @Test
    void goesDownByUndoFiles() throws Exception {
        Site site = runs.site();
        List<GivenFile> files = files(
                "V1__a.sql", "CREATE TABLE a (id int);",
                "V2__b.sql", "CREATE TABLE b (id int);",
                "U2__b.sql", "DROP TABLE b;",
                "V3__c.sql", "CREATE TABLE c (id int);",
                "U3__c.sql", "DROP TABLE c;");
        site.apply(up(files));
        assertThatThrownBy(() -> site.apply(down(files, "base"))).hasMessageContainingAll("irreversible");

        site.apply(down(files, "1"));

        assertThat(site.rows("SELECT to_regclass('a'), to_regclass('b'), to_regclass('c')"))
                .containsExactly("a|null|null");
        assertThat(site.apply(up(files)).due()).hasSize(2);
        assertThat(site.rows("SELECT version, type FROM flyway_schema_history ORDER BY installed_rank"))
                .containsExactly("1|SQL", "2|SQL", "3|SQL", "3|UNDO_SQL", "2|UNDO_SQL", "2|SQL", "3|SQL");

        site.apply(down(files, "2"));

        assertThat(site.rows("SELECT version, type, success FROM flyway_schema_history ORDER BY installed_rank DESC"
                        + " LIMIT 2"))
                .containsExactly("3|UNDO_SQL|true", "3|SQL|true");
        assertThat(site.plan(up(files)).standing().entries())
                .extracting(entry -> entry.migration() + " " + entry.state())
                .containsExactly("1 APPLIED", "2 APPLIED", "3 PENDING");
        site.apply(down(files, "1"));
        assertThat(site.rows("SELECT to_regclass('a'), to_regclass('b'), to_regclass('c')"))
                .containsExactly("a|null|null");
        assertThat(site.apply(up(files)).due()).hasSize(2);
    }
}
