package io.lockkeeper.restore;

import static io.lockkeeper.backup.BackupTarget.backup;
import static io.lockkeeper.backup.BackupTarget.made;
import static io.lockkeeper.restore.RestoreTests.DEPOT;
import static io.lockkeeper.restore.RestoreTests.ended;
import static io.lockkeeper.restore.RestoreTests.of;
import static io.lockkeeper.restore.RestoreTests.verdict;
import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.backup.BackupTarget;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Backups that are not what they were, or were no good from the beginning.
@QuarkusTest
class BrokenBackupApiTest {
    @Inject
    Pool store;

    enum Damage {
        BIT {
            @Override
            void on(Path file) throws Exception {
                byte[] bytes = Files.readAllBytes(file);
                bytes[bytes.length / 2] ^= 4;
                Files.write(file, bytes);
            }
        },
        CUT {
            @Override
            void on(Path file) throws Exception {
                byte[] bytes = Files.readAllBytes(file);
                Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length - 20));
            }
        },
        GONE {
            @Override
            void on(Path file) throws Exception {
                Files.delete(file);
            }
        };

        abstract void on(Path file) throws Exception;
    }

    @ParameterizedTest
    @EnumSource
    void findsWhatWasDoneToTheBytes(Damage damage) throws Exception {
        JsonPath backup = made(new BackupTarget(17).withAShop().request());
        damage.on(largest(folder(backup)));

        JsonPath test = verdict(of(backup.getLong("id")));

        assertThat(test.getString("verdict")).as(test.prettify()).isEqualTo("BROKEN");
        assertThat(test.getList("report.reasons.code")).containsExactly("ARTIFACT");
        assertThat(test.getString("report.timeToRestoreMs")).isNull();
        assertThat(backup(backup.getLong("id")).getString("proof.verdict")).isEqualTo("BROKEN");
    }

    @Test
    void findsAnotherDumpUnderItsName() throws Exception {
        BackupTarget shop = new BackupTarget(17).withAShop();
        JsonPath backup = made(shop.request());
        shop.sql("DELETE FROM customer WHERE id = 4711 AND false");
        JsonPath other = made(shop.request());
        Path folder = folder(backup);
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        try (Stream<Path> files = Files.list(folder(other))) {
            for (Path file : files.toList()) {
                Files.copy(file, folder.resolve(file.getFileName()));
            }
        }

        JsonPath test = verdict(of(backup.getLong("id")));

        assertThat(test.getList("report.reasons.code")).containsExactly("ARTIFACT");
    }

    @Test
    void findsAFingerprintThatIsNotTheBackups() throws Exception {
        JsonPath backup = made(new BackupTarget(17).withAShop().request());
        change(
                "UPDATE backup SET fingerprint = jsonb_set(fingerprint, '{sha256}', to_jsonb(repeat('0', 64))) WHERE id = $1",
                backup);

        JsonPath test = verdict(of(backup.getLong("id")));

        assertThat(test.getList("report.reasons.code")).containsExactly("ARTIFACT");
        assertThat(test.getString("report.reasons[0].subject")).isEqualTo("fingerprint");
    }

    /// Somebody who can write everywhere could make bytes and digests fit; the fingerprint still knows the rows.
    @Test
    void findsRowsOfAnotherDatabaseInADumpWhoseDigestsFit() throws Exception {
        BackupTarget shop = new BackupTarget(17).withAShop();
        JsonPath backup = made(shop.request());
        shop.sql(
                "UPDATE orders SET note = 'another' WHERE id = 7",
                "DELETE FROM customer WHERE id = 1 AND false",
                "SELECT nextval('ticket')",
                "ALTER TABLE customer ADD remark text",
                "TRUNCATE \"odd \"\"name\"\"\"");
        JsonPath other = made(shop.request());
        changeSha256(backup, Swapped.dump(folder(backup), folder(other)));

        JsonPath test = verdict(of(backup.getLong("id")));

        assertThat(test.getList("report.reasons.code")).as(test.prettify()).contains("CONTENT", "SCHEMA");
        assertThat(test.getList("report.reasons.detail", String.class))
                .contains(
                        "public.odd \"name\": 3 rows expected, 0 found",
                        "public.orders: same number of rows (20000), different content",
                        "public.ticket: sequence expected at 41, found at 42");
        assertThat(test.getString("verdict")).isEqualTo("BROKEN");
    }

    @Test
    void saysThatTheDataItselfIsAtOddsWithItsRules() throws Exception {
        BackupTarget shop = new BackupTarget(17).withAShop();
        shop.sql(
                "CREATE TABLE payment (id int PRIMARY KEY, customer bigint REFERENCES customer)",
                "ALTER TABLE payment DISABLE TRIGGER ALL",
                "INSERT INTO payment VALUES (1, 1), (2, 999999)",
                "ALTER TABLE payment ENABLE TRIGGER ALL");
        JsonPath backup = made(shop.request());

        JsonPath test = verdict(of(backup.getLong("id")));

        assertThat(test.getList("report.reasons.code")).as(test.prettify()).containsExactly("SOURCE");
        assertThat(test.getString("report.reasons[0].subject"))
                .isEqualTo("FK CONSTRAINT public.payment payment_customer_fkey");
        assertThat(test.getString("report.reasons[0].sqlState")).isEqualTo("23503");
        assertThat(test.getString("verdict")).isEqualTo("BROKEN");
    }

    /// It works in the database where it was written, by the search_path of whoever works there.
    @Test
    void namesWhatTheServerRefusedAndWhy() throws Exception {
        BackupTarget shop = new BackupTarget(17).withAShop();
        shop.sql(
                "CREATE FUNCTION most() RETURNS bigint LANGUAGE plpgsql STABLE AS 'BEGIN RETURN (SELECT max(id) FROM customer); END'",
                "CREATE TABLE visit (customer bigint CHECK (customer <= most()))",
                "INSERT INTO visit VALUES (1), (2)");
        JsonPath backup = made(shop.request());

        JsonPath test = verdict(of(backup.getLong("id")));

        assertThat(test.getList("report.reasons.code")).as(test.prettify()).containsExactly("RESTORE");
        assertThat(test.getString("report.reasons[0].subject")).isEqualTo("TABLE DATA public.visit");
        assertThat(test.getString("report.reasons[0].sqlState")).isEqualTo("42P01");
    }

    @Test
    void saysNothingOfABackupWhoseExtensionsAreNotHere() throws Exception {
        BackupTarget shop = new BackupTarget(17).withAShop();
        shop.sql("INSERT INTO pg_extension VALUES (99999, 'no_such_extension', 10, 2200, true, '1.0', NULL, NULL)");
        JsonPath backup = made(shop.request());

        JsonPath job = ended(of(backup.getLong("id")));

        assertThat(job.getString("state")).as(job.prettify()).isEqualTo("FAILED");
        assertThat(job.getString("error.code")).isEqualTo("extension-missing");
        assertThat(job.getString("error.detail")).contains("no_such_extension");
        assertThat(backup(backup.getLong("id")).getString("proof.verdict")).isEqualTo("UNPROVEN");
    }

    @Test
    void aNewerVerdictTakesThePlaceOfTheOlderOne() throws Exception {
        JsonPath backup = made(new BackupTarget(17).withAShop().request());
        Path file = largest(folder(backup));
        byte[] whole = Files.readAllBytes(file);
        Damage.BIT.on(file);
        assertThat(verdict(of(backup.getLong("id"))).getString("verdict")).isEqualTo("BROKEN");
        Files.write(file, whole);

        assertThat(verdict(of(backup.getLong("id"))).getString("verdict")).isEqualTo("PROVEN");

        assertThat(backup(backup.getLong("id")).getString("proof.verdict")).isEqualTo("PROVEN");
    }

    private void changeSha256(JsonPath backup, String sha256) throws Exception {
        change("UPDATE backup SET sha256 = '" + sha256 + "' WHERE id = $1", backup);
    }

    private void change(String sql, JsonPath backup) throws Exception {
        store.preparedQuery(sql)
                .execute(Tuple.of(backup.getLong("id")))
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
    }

    static Path folder(JsonPath backup) {
        return DEPOT.resolve(backup.getString("folder"));
    }

    static Path largest(Path folder) throws Exception {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> !file.endsWith("manifest.json"))
                    .max(Comparator.comparing(file -> file.toFile().length()))
                    .orElseThrow();
        }
    }
}
