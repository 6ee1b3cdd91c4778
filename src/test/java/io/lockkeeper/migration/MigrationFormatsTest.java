package io.lockkeeper.migration;

import static io.lockkeeper.migration.Runs.down;
import static io.lockkeeper.migration.Runs.files;
import static io.lockkeeper.migration.Runs.up;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockkeeper.migration.BundleSpec.GivenFile;
import io.lockkeeper.migration.Runs.Site;
import io.lockkeeper.migration.format.Formats;
import io.lockkeeper.migration.format.Scene;
import io.lockkeeper.postgres.PgSession;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Tools that are not here to be compared with, by their documented bytes.
class MigrationFormatsTest {
    private static Runs runs;

    @BeforeAll
    static void start() {
        runs = new Runs();
    }

    @AfterAll
    static void stop() throws InterruptedException {
        runs.close();
    }

    private static final List<GivenFile> GOLANG = files(
            "1_a.up.sql", "CREATE TABLE a (id int);",
            "1_a.down.sql", "DROP TABLE a;",
            "2_b.up.sql", "BEGIN;\nCREATE TABLE b (id int);\nCOMMIT;",
            "2_b.down.sql", "DROP TABLE b;",
            "3_c.up.sql", "CREATE INDEX CONCURRENTLY b_id ON b (id);",
            "3_c.down.sql", "DROP INDEX CONCURRENTLY b_id;");
    private static final String VERSION = "SELECT version, dirty FROM schema_migrations";

    @Test
    void golangMigrateGoesUpAndDown() throws Exception {
        Site site = runs.site();

        site.apply(up(GOLANG.subList(0, 4)));
        assertThat(site.rows(VERSION)).containsExactly("2|false");
        assertThat(site.apply(up(GOLANG)).due()).hasSize(1);
        assertThat(site.rows(VERSION)).containsExactly("3|false");
        site.apply(down(GOLANG, "1"));
        assertThat(site.rows(VERSION)).containsExactly("1|false");
        site.apply(down(GOLANG, "base"));

        assertThat(site.rows(VERSION)).isEmpty();
        assertThat(site.rows("SELECT to_regclass('a'), to_regclass('b')")).containsExactly("null|null");
    }

    @Test
    void golangMigrateIsDirtyOnlyInTheMiddle() throws Exception {
        Site site = runs.site();
        site.apply(up(GOLANG));
        List<GivenFile> bad = new java.util.ArrayList<>(GOLANG);
        bad.addAll(files("4_d.up.sql", "DROP INDEX CONCURRENTLY b_id;\nSELECT nope;"));

        assertThatThrownBy(() -> site.apply(up(bad))).hasMessageContaining("4_d.up.sql:2");
        assertThat(site.rows(VERSION)).containsExactly("4|true");
        bad.set(bad.size() - 1, new GivenFile("4_d.up.sql", "DROP INDEX CONCURRENTLY b_id;\nSELECT 1;"));
        site.apply(up(bad));

        assertThat(site.rows(VERSION)).containsExactly("4|false");
    }

    /// The table that Rails has by the same name is another one.
    @Test
    void golangMigrateLeavesTheTableOfRailsAlone() {
        Site site = runs.site();
        site.sql("CREATE TABLE schema_migrations (version varchar NOT NULL)");

        assertThatThrownBy(() -> site.apply(up(GOLANG))).hasMessageContaining("schema-not-empty");
    }

    @Test
    void golangMigrateTakesItsOwnLock() throws Exception {
        Site site = runs.site();
        try (PgSession one = site.session();
                PgSession other = site.session()) {
            Scene scene = Scene.look(one, null, null, null, Map.of(), List.of(), List.of());
            var history = Formats.named("golang-migrate").orElseThrow().history(scene);
            assertThat(history.lock(one, "x")).isTrue();
            assertThat(history.lock(other, "y")).isFalse();
            history.unlock(one, "x");
            assertThat(history.lock(other, "y")).isTrue();
        }
    }

    @Test
    void prismaKeepsItsRows() throws Exception {
        Site site = runs.site();
        String sql = "-- CreateTable\nCREATE TABLE \"User\" (id int);\n";
        List<GivenFile> files = files(
                "prisma/migrations/20260101120000_init/migration.sql",
                sql,
                "prisma/migrations/migration_lock.toml",
                "provider = \"postgresql\"\n",
                "prisma/migrations/20260102120000_index/migration.sql",
                "CREATE INDEX CONCURRENTLY u ON \"User\" (id);\nSELECT nope;");

        assertThatThrownBy(() -> site.apply(up(files))).hasMessageContaining("nope");
        assertThat(site.rows(
                        "SELECT migration_name, finished_at IS NOT NULL, applied_steps_count FROM _prisma_migrations"
                                + " ORDER BY started_at"))
                .containsExactly("20260101120000_init|true|1", "20260102120000_index|false|0");
        List<GivenFile> mended = new java.util.ArrayList<>(files);
        mended.set(2, new GivenFile(files.get(2).path(), "CREATE INDEX CONCURRENTLY u ON \"User\" (id);\nSELECT 1;"));
        site.apply(up(mended));

        assertThat(site.rows("SELECT migration_name, finished_at IS NOT NULL, applied_steps_count, length(id)"
                        + " FROM _prisma_migrations ORDER BY started_at"))
                .containsExactly("20260101120000_init|true|1|36", "20260102120000_index|true|1|36");
        assertThat(site.rows("SELECT checksum FROM _prisma_migrations WHERE migration_name LIKE '%init'"))
                .containsExactly(Bundle.digest(sql.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    }

    @Test
    void plainFilesHaveATableOfOurs() throws Exception {
        Site site = runs.site();
        List<GivenFile> files = files(
                "db/001_a.sql", "CREATE TABLE a (id int);",
                "db/001_a.down.sql", "DROP TABLE a;",
                "db/0010_c.sql", "CREATE TABLE c (id int);",
                "db/002_b.sql",
                        "CREATE TYPE m AS ENUM ('x');\nALTER TYPE m ADD VALUE 'y';\nCREATE TABLE b (m m DEFAULT 'y');");

        site.apply(up(files));

        assertThat(site.rows("SELECT version, description, done FROM lockkeeper_migrations ORDER BY version"))
                .containsExactly("1|a|true", "2|b|true", "10|c|true");
        assertThatThrownBy(() -> site.apply(down(files, "base"))).hasMessageContaining("irreversible");
        assertThat(site.apply(up(files)).due()).isEmpty();
    }

    @Test
    void statementsThatAreNoSqlHaveTheirPlace() {
        Site site = runs.site();
        assertThatThrownBy(() -> site.plan(up(files("1_a.sql", "SELECT 1;\n\nCREATE TABEL x (id int);"))))
                .hasMessageContaining("1_a.sql:3");
        assertThatThrownBy(() -> site.plan(
                        up(files("1_a.sql", "CREATE TABLE x (id int);\nCOPY x FROM stdin (FORMAT csv);\n1\n\\.\n"))))
                .hasMessageContaining("1_a.sql:2");
    }

    @Test
    void rowsBehindCopyComeAsTheyStand() throws Exception {
        Site site = runs.site();
        site.apply(up(files("1_a.sql", """
                CREATE TABLE x (id int GENERATED ALWAYS AS IDENTITY, note text, at date);
                COPY x (id, note, at) FROM stdin;
                7\tit's \\\\ a\\ttab\t2026-01-01
                8\t\\N\t\\N
                \\.
                INSERT INTO x (note) VALUES ('last');
                """)));

        assertThat(site.rows("SELECT id, note, at FROM x ORDER BY id DESC LIMIT 2"))
                .containsExactly("8|null|null", "7|it's \\ a\ttab|2026-01-01");
    }
}
