package io.lockkeeper.migration;

import static io.lockkeeper.migration.Runs.down;
import static io.lockkeeper.migration.Runs.files;
import static io.lockkeeper.migration.Runs.up;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockkeeper.migration.BundleSpec.GivenFile;
import io.lockkeeper.migration.Runs.Site;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// With the real alembic, where it is installed: its scripts, and turns with it on one database.
class AlembicTest {
    private static final String VERSION = "SELECT version_num FROM alembic_version";

    @TempDir
    Path folder;

    private String alembic(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("alembic"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectError(folder.resolve("errors").toFile())
                .start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor())
                .as(Files.readString(folder.resolve("errors")))
                .isZero();
        return said;
    }

    private void project(Site site) throws IOException, InterruptedException {
        Assumptions.assumeTrue(
                Files.isExecutable(Path.of("/usr/bin/alembic")), "no alembic here: install it for this test");
        alembic("init", "mig");
        Path ini = folder.resolve("alembic.ini");
        String url = "postgresql://" + site.database.username() + ":"
                + site.database.password().orElseThrow() + "@" + site.database.host() + ":" + site.database.port() + "/"
                + site.database.database();
        Files.writeString(ini, Files.readString(ini).replaceAll("sqlalchemy.url = .*", "sqlalchemy.url = " + url));
        revision("a1", null, "op.execute('CREATE TABLE a (id int)')", "op.execute('DROP TABLE a')");
        revision(
                "b2",
                "a1",
                "with op.get_context().autocommit_block(): op.execute('CREATE INDEX CONCURRENTLY a_id ON a (id)')",
                "op.execute('DROP INDEX a_id')");
        revision("c3", "b2", "op.execute('INSERT INTO a VALUES (1)')", "op.execute('DELETE FROM a')");
    }

    private void revision(String id, String before, String up, String down) throws IOException {
        Files.writeString(folder.resolve("mig/versions/" + id + ".py"), """
                from alembic import op
                revision = '%s'
                down_revision = %s
                branch_labels = None
                depends_on = None
                def upgrade():
                    %s
                def downgrade():
                    %s
                """.formatted(
                        id, before == null ? "None" : "'" + before + "'", up, down));
    }

    @Test
    void takesTurnsWithAlembic() throws Exception {
        try (Runs runs = new Runs()) {
            Site site = runs.site();
            project(site);
            List<GivenFile> files = files(
                    "2.sql", alembic("upgrade", "a1:b2", "--sql"),
                    "1.sql", alembic("upgrade", "a1", "--sql"),
                    "3.sql", alembic("upgrade", "b2:c3", "--sql"),
                    "3.down.sql", alembic("downgrade", "c3:b2", "--sql"));

            assertThatThrownBy(() -> site.apply(up(files.subList(2, 3)))).hasMessageContaining("3.sql");
            site.apply(up(files.subList(0, 2)));
            assertThat(site.rows(VERSION)).containsExactly("b2");
            alembic("upgrade", "head");
            assertThat(site.apply(up(files)).due()).isEmpty();
            site.apply(down(files, "b2"));
            assertThat(site.rows(VERSION)).containsExactly("b2");
            assertThat(alembic("current")).contains("b2");
            site.apply(up(files));

            assertThat(site.rows(VERSION)).containsExactly("c3");
            assertThat(site.rows("SELECT count(*) FROM a")).containsExactly("1");
        }
    }
}
