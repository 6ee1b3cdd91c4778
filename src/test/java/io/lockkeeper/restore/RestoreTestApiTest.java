package io.lockkeeper.restore;

import static io.lockkeeper.backup.BackupTarget.backup;
import static io.lockkeeper.backup.BackupTarget.made;
import static io.lockkeeper.restore.RestoreTests.TESTS;
import static io.lockkeeper.restore.RestoreTests.of;
import static io.lockkeeper.restore.RestoreTests.verdict;
import static io.lockkeeper.security.ApiTokens.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.backup.BackupTarget;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Backups that are what they should be.
@QuarkusTest
class RestoreTestApiTest {
    @ParameterizedTest
    @CsvSource({"15, directory", "17, custom", "18, plain"})
    void provesABackup(int major, String format) {
        BackupTarget shop = new BackupTarget(major).withAShop();
        long backup = made(shop.request().put("format", format)).getLong("id");

        JsonPath test = verdict(of(backup));

        assertThat(test.getList("report.reasons")).as(test.prettify()).isEmpty();
        assertThat(test.getString("verdict")).isEqualTo("PROVEN");
        assertThat(test.getString("target")).isEqualTo(shop.name);
        assertThat(test.getInt("report.compared.tables")).isEqualTo(4);
        assertThat(test.getLong("report.compared.rows")).isEqualTo(25_003);
        assertThat(test.getInt("report.compared.largeObjects")).isEqualTo(1);
        assertThat(test.getInt("report.compared.sequences")).isEqualTo(2);
        assertThat(test.getInt("report.means.server")).isEqualTo(major);
        assertThat(test.getLong("report.timeToRestoreMs")).isPositive();
        assertThat(test.getLong("report.restoredBytes")).isGreaterThan(1_000_000);
        assertThat(test.getList("report.phases.name")).contains("start", "unpack", "restore", "compare");
        JsonPath proven = backup(backup);
        assertThat(proven.getString("proof.verdict")).isEqualTo("PROVEN");
        assertThat(proven.getLong("proof.restoreTest")).isEqualTo(test.getLong("id"));
        asAdmin().get(TESTS + "?backup=" + backup).then().statusCode(200);
    }

    /// What it does to its clients must not keep it from being restored and compared.
    @Test
    void provesADatabaseThatIsHardOnItsClients() {
        BackupTarget shop = new BackupTarget(17).withAShop();
        String name = shop.database.database();
        String role = "hard_" + System.nanoTime();
        shop.sql(
                "CREATE ROLE " + role + " SUPERUSER LOGIN PASSWORD 'secret' CONNECTION LIMIT 0",
                "ALTER ROLE " + role + " SET statement_timeout = '1ms'",
                "CREATE FUNCTION watch() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'",
                "CREATE EVENT TRIGGER watching ON ddl_command_end EXECUTE FUNCTION watch()",
                "ALTER EVENT TRIGGER watching OWNER TO " + role,
                "ALTER ROLE " + role + " IN DATABASE " + name + " SET work_mem = '5MB'",
                "ALTER DATABASE " + name + " SET statement_timeout = '500ms'",
                "ALTER DATABASE " + name + " SET search_path = nowhere",
                "ALTER DATABASE " + name + " SET DateStyle = 'German'",
                "ALTER DATABASE " + name + " CONNECTION LIMIT 7",
                "GRANT CONNECT ON DATABASE " + name + " TO " + role,
                "ALTER DATABASE " + name + " SET default_transaction_read_only = on");
        long backup = made(shop.request()).getLong("id");

        JsonPath test = verdict(of(backup));

        assertThat(test.getList("report.reasons")).as(test.prettify()).isEmpty();
    }

    /// A part of a database that refers to what was left out.
    @Test
    void provesAPartForWhatItIs() {
        BackupTarget shop = new BackupTarget(17).withAShop();
        JsonObject tables = new JsonObject().put("tables", new JsonArray().add("public.customer"));
        long backup = made(shop.request().put("exclude", tables).put("fingerprint", "counts"))
                .getLong("id");

        JsonPath test = verdict(of(backup));

        assertThat(test.getString("verdict")).as(test.prettify()).isEqualTo("PROVEN");
        assertThat(test.getString("report.compared.content")).isEqualTo("counts");
        assertThat(test.getList("report.notes", String.class))
                .anyMatch(note -> note.contains("orders_customer_fkey") && note.contains("left out"))
                .anyMatch(note -> note.contains("public.customer was not compared"))
                .anyMatch(note -> note.contains("values were not compared"));
    }
}
