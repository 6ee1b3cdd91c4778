package io.lockkeeper.restore;

import static io.lockkeeper.backup.BackupTarget.backup;
import static io.lockkeeper.backup.BackupTarget.made;
import static io.lockkeeper.restore.RestoreTests.ended;
import static io.lockkeeper.restore.RestoreTests.of;
import static io.lockkeeper.restore.RestoreTests.verdict;
import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.TestServers;
import io.lockkeeper.backup.BackupTarget;
import io.lockkeeper.postgres.OwnCluster;
import io.lockkeeper.postgres.PostgresServer;
import io.lockkeeper.wal.ArchivedTarget;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Copies of whole clusters, recovered and looked at.
@QuarkusTest
class PhysicalRestoreApiTest {
    @Inject
    Pool store;

    @ParameterizedTest
    @ValueSource(ints = {15, 18})
    void provesACopyWithItsTablespacesAndDatabases(int major) {
        try (OwnCluster cluster = OwnCluster.start(major)) {
            cluster.sql(
                    "CREATE TABLE orders AS SELECT n AS id, repeat('note ' || n, 20) AS note FROM generate_series(1, 20000) n",
                    "ALTER TABLE orders ADD PRIMARY KEY (id)",
                    "CREATE TABLESPACE far LOCATION '" + cluster.directory("far") + "'",
                    "CREATE TABLE archive TABLESPACE far AS SELECT * FROM orders",
                    "CREATE DATABASE other",
                    "ALTER SYSTEM SET shared_preload_libraries = 'no_such_library'",
                    "ALTER DATABASE postgres SET default_transaction_read_only = on");
            long backup = made(physical(cluster)).getLong("id");

            JsonPath test =
                    verdict(of(backup).put("checks", checks("archive", "SELECT count(*) FROM archive", "20000")));

            assertThat(test.getList("report.reasons")).as(test.prettify()).isEmpty();
            assertThat(test.getString("verdict")).isEqualTo("PROVEN");
            assertThat(test.getInt("report.means.server")).isEqualTo(major);
            assertThat(test.getList("report.phases.name"))
                    .contains("unpack", "recover", "start", "read", "structure", "checks");
            assertThat(test.getList("report.notes", String.class))
                    .anyMatch(note -> note.contains("have no fingerprint") && note.contains("3 databases"));
            assertThat(test.getBoolean("report.checks[0].passed")).isTrue();
            assertThat(backup(backup).getString("proof.verdict")).isEqualTo("PROVEN");
        }
    }

    @Test
    void bringsTheCopyToATime() throws Exception {
        try (OwnCluster cluster = OwnCluster.start(18);
                ArchivedTarget target = new ArchivedTarget(cluster)) {
            target.declared();
            cluster.sql("CREATE TABLE orders (id int)", "INSERT INTO orders VALUES (1)");
            target.backUp();
            cluster.sql("INSERT INTO orders VALUES (2)");
            Instant good = target.now();
            cluster.sql("DELETE FROM orders");
            target.write();
            target.write();
            target.awaitRecoverable(target.now());

            JsonPath test = verdict(new JsonObject()
                    .put("target", target.name)
                    .put("until", good.toString())
                    .put("checks", checks("rows", "SELECT string_agg(id::text, ' ' ORDER BY id) FROM orders", "1 2")));

            assertThat(test.getString("verdict")).as(test.prettify()).isEqualTo("PROVEN");
            assertThat(test.getString("report.means.until")).isEqualTo(good.toString());
            assertThat(Instant.parse(test.getString("report.dataAt"))).isEqualTo(good);

            JsonPath tooEarly = ended(new JsonObject()
                    .put("target", target.name)
                    .put("until", good.minusSeconds(86_400).toString()));
            assertThat(tooEarly.getString("state")).isEqualTo("FAILED");
            assertThat(tooEarly.getString("error.code")).isEqualTo("not-recoverable");

            JsonPath tooLate = ended(new JsonObject()
                    .put("target", target.name)
                    .put("until", good.plusSeconds(86_400).toString()));
            assertThat(tooLate.getString("error.code")).as(tooLate.prettify()).isEqualTo("wal-gap");
        }
    }

    @Test
    void damagedFilesAndWhatTheServerNeverSentAreFound() throws Exception {
        try (OwnCluster cluster = OwnCluster.start(18)) {
            cluster.sql("CREATE TABLE orders AS SELECT n AS id FROM generate_series(1, 20000) n");
            JsonObject plainly = new JsonObject().put("algorithm", "none");
            long backup = made(physical(cluster).put("compression", plainly)).getLong("id");
            Forged forged = new Forged(backup);
            for (String file : List.of("base.tar", "pg_wal.tar", "backup_manifest")) {
                Path stored = forged.stored(file);
                byte[] good = Files.readAllBytes(stored);
                byte[] bad = good.clone();
                bad[bad.length * 2 / 3] ^= 4;
                Files.write(stored, bad);

                JsonPath test = verdict(of(backup));

                assertThat(test.getString("verdict")).as(file).isEqualTo("BROKEN");
                assertThat(test.getString("report.reasons[0].code")).isEqualTo("ARTIFACT");
                Files.write(stored, good);
            }
            byte[] base = Files.readAllBytes(forged.stored("base.tar"));
            assertThat(forgedReason(forged, leadingOut(base))).contains("would lie outside of the cluster");
            assertThat(forgedReason(forged, flipped(base))).contains("has another SHA-256");
        }
    }

    /// The name of a file becomes one that leads elsewhere, with a checksum of its head that fits.
    private static byte[] leadingOut(byte[] tar) {
        byte[] bad = tar.clone();
        byte[] name = "PG_VERSION\0".getBytes(StandardCharsets.US_ASCII);
        int at = 0;
        while (!Arrays.equals(bad, at, at + name.length, name, 0, name.length)) {
            at += 512;
        }
        System.arraycopy("../../evil".getBytes(StandardCharsets.US_ASCII), 0, bad, at, 10);
        int sum = 8 * ' ';
        for (int i = 0; i < 512; i++) {
            sum += i >= 148 && i < 156 ? 0 : bad[at + i] & 0xff;
        }
        System.arraycopy(String.format("%06o\0 ", sum).getBytes(StandardCharsets.US_ASCII), 0, bad, at + 148, 8);
        return bad;
    }

    /// A bit of what a file holds, or of the zeros behind it.
    private static byte[] flipped(byte[] tar) {
        byte[] bad = tar.clone();
        int at = bad.length / 2;
        while (bad[at] < 'a' || bad[at] > 'z') {
            at++;
        }
        bad[at] ^= 1;
        return bad;
    }

    private String forgedReason(Forged forged, byte[] base) throws Exception {
        Files.write(forged.stored("base.tar"), base);
        String sha256 =
                forged.rewrite(manifest -> Forged.entry(manifest, "base.tar").put("sha256", Forged.sha256(base)));
        store.preparedQuery("UPDATE backup SET sha256 = $2 WHERE id = $1")
                .execute(Tuple.of(forged.id, sha256))
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
        JsonPath test = verdict(of(forged.id));
        assertThat(test.getString("verdict")).as(test.prettify()).isEqualTo("BROKEN");
        assertThat(test.getString("report.reasons[0].code")).isEqualTo("ARTIFACT");
        return test.getString("report.reasons[0].detail");
    }

    @Test
    void aFailedCheckOfTheTeamsBreaksIt() {
        try (OwnCluster cluster = OwnCluster.start(18)) {
            long backup = made(physical(cluster)).getLong("id");

            JsonPath test = verdict(of(backup).put("checks", checks("there", "SELECT count(*) FROM orders", "> 0")));

            assertThat(test.getString("verdict")).isEqualTo("BROKEN");
            assertThat(test.getString("report.reasons[0].code")).isEqualTo("CHECK");
            assertThat(test.getString("report.checks[0].problem")).contains("42P01");
        }
    }

    private static JsonArray checks(String name, String sql, String expect) {
        return new JsonArray()
                .add(new JsonObject().put("name", name).put("sql", sql).put("expect", expect));
    }

    private static JsonObject physical(OwnCluster cluster) {
        return new BackupTarget(
                        new TestServers.Server(
                                cluster.major(),
                                "127.0.0.1",
                                cluster.port(),
                                PostgresServer.SUPERUSER,
                                cluster.password()),
                        cluster.address())
                .request()
                .put("method", "physical");
    }
}
