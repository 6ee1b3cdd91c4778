package io.lockkeeper.restore;

import static io.lockkeeper.backup.BackupTarget.made;
import static io.lockkeeper.restore.RestoreTests.of;
import static io.lockkeeper.restore.RestoreTests.verdict;
import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.backup.BackupTarget;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What is restored faithfully is never called broken, however odd it is.
@QuarkusTest
class NastyRestoreApiTest {
    private static final Path NASTY = Path.of("src/test/resources/nasty");

    @ParameterizedTest
    @CsvSource({"15, directory", "18, custom"})
    void provesADatabaseWithAllThatIsNasty(int major, String format) throws Exception {
        JsonPath test = restored(nasty(major), format);

        assertThat(test.getList("report.reasons")).as(test.prettify()).isEmpty();
        assertThat(test.getString("verdict")).isEqualTo("PROVEN");
        assertThat(test.getInt("report.compared.tables")).isGreaterThan(40);
        assertThat(test.getInt("report.compared.largeObjects")).isEqualTo(43);
        assertThat(test.getList("report.notes", String.class))
                .anyMatch(note -> note.contains("public.too_small"))
                .anyMatch(note -> note.equals("public.counted was not compared: it was computed anew."));
    }

    @ParameterizedTest
    @CsvSource({"15, plain", "15, custom", "17, directory", "17, plain", "18, plain", "18, directory"})
    @EnabledIfSystemProperty(named = "lockkeeper.rounds", matches = "\\d+")
    void doesSoInEveryFormat(int major, String format) throws Exception {
        JsonPath test = restored(nasty(major), format);

        assertThat(test.getList("report.reasons")).as(test.prettify()).isEmpty();
    }

    /// As near to the limit of 1 GB as a line of COPY can get: bytes are written with two digits each.
    @ParameterizedTest
    @CsvSource({"15", "18"})
    @EnabledIfSystemProperty(named = "lockkeeper.rounds", matches = "\\d+")
    void provesRowsNearTheLimit(int major) {
        BackupTarget target = new BackupTarget(major);
        target.sql(
                "CREATE TABLE huge (id int, b bytea, t text)",
                "INSERT INTO huge SELECT 1, decode(repeat('00ff5c2e', 110000000), 'hex'), NULL",
                "INSERT INTO huge SELECT 2, NULL, repeat(E'tab\\t', 180000000)");

        JsonPath test = restored(target, "directory");

        assertThat(test.getList("report.reasons")).as(test.prettify()).isEmpty();
    }

    /// What it sets for its sessions must not stop us.
    private static BackupTarget nasty(int major) throws Exception {
        BackupTarget target = new BackupTarget(major);
        List<Path> files;
        try (Stream<Path> all = Files.list(NASTY)) {
            files = all.sorted().toList();
        }
        for (Path file : files) {
            target.tool(
                    "psql",
                    target.database,
                    "-X",
                    "-q",
                    "-v",
                    "ON_ERROR_STOP=1",
                    "-f",
                    file.toAbsolutePath().toString());
        }
        String alter = "ALTER DATABASE " + target.database.database() + " SET ";
        target.sql(
                alter + "search_path = tools, elsewhere",
                alter + "default_transaction_read_only = on",
                alter + "statement_timeout = '250ms'",
                alter + "bytea_output = escape",
                alter + "extra_float_digits = -3",
                alter + "session_replication_role = replica");
        return target;
    }

    private static JsonPath restored(BackupTarget target, String format) {
        return verdict(of(made(target.request().put("format", format).put("globals", true))
                .getLong("id")));
    }
}
