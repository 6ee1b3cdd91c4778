package io.lockkeeper.backup;

import static io.lockkeeper.backup.BackupTarget.BACKUPS;
import static io.lockkeeper.backup.BackupTarget.backup;
import static io.lockkeeper.backup.BackupTarget.content;
import static io.lockkeeper.backup.BackupTarget.made;
import static io.lockkeeper.backup.BackupTarget.run;
import static io.lockkeeper.backup.BackupTarget.started;
import static io.lockkeeper.security.ApiTokens.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.is;

import io.lockkeeper.TestServers;
import io.lockkeeper.job.ApiJobs;
import io.lockkeeper.job.JobState;
import io.lockkeeper.postgres.Lsn;
import io.lockkeeper.postgres.OwnCluster;
import io.lockkeeper.postgres.PostgresServer;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
class PhysicalBackupApiTest {
    private static OwnCluster shared;

    @TempDir
    Path directory;

    @AfterAll
    static void stop() {
        if (shared != null) {
            shared.close();
            shared = null;
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {15, 18})
    void copiesAClusterWithItsTablespacesThatStartsAgain(int major) throws Exception {
        try (OwnCluster cluster = OwnCluster.start(major)) {
            cluster.sql(
                    "CREATE TABLE orders AS SELECT n AS id, repeat('note ' || n, 20) AS note FROM generate_series(1, 50000) n",
                    "CREATE TABLESPACE far LOCATION '" + cluster.directory("far") + "'",
                    "CREATE TABLE archive TABLESPACE far AS SELECT * FROM orders",
                    "CREATE DATABASE other");

            JsonPath backup = made(physical(target(cluster)));

            assertThat(backup.getString("method")).isEqualTo("physical");
            assertThat(backup.getString("format")).isEqualTo("tar");
            assertThat(backup.getString("database")).isNull();
            assertThat(backup.getString("fingerprint.level")).isEqualTo("none");
            assertThat(backup.getString("systemIdentifier"))
                    .isEqualTo(cluster.one("SELECT system_identifier FROM pg_control_system()"));
            assertThat(Lsn.parse(backup.getString("walLsn"))).isGreaterThan(Lsn.parse(backup.getString("walStart")));
            assertThat(backup.getInt("timeline")).isEqualTo(1);
            assertThat(logOf(backup.getLong("id"))).contains("are what backup_manifest says");
            assertThat(cluster.one("SELECT count(*) FROM pg_replication_slots")).isEqualTo("0");
            try (OwnCluster copy = RestoredCluster.of(content(backup.getLong("id")), directory, cluster, Map.of())) {
                for (String table : new String[] {"orders", "archive"}) {
                    String all = "SELECT count(*) || ' ' || md5(string_agg(note, '' ORDER BY id)) FROM " + table;
                    assertThat(copy.one(all)).isEqualTo(cluster.one(all));
                }
                assertThat(copy.one("SELECT count(*) FROM pg_database WHERE datname = 'other'"))
                        .isEqualTo("1");
            }
        }
    }

    @Test
    void endsEverythingWhenCancelled() throws Exception {
        OwnCluster cluster = shared();
        BackupTarget target = target(cluster);
        long id = started(physical(target).put("megabytesPerSecond", 1));
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(
                        () -> cluster.one("SELECT count(*) FROM pg_stat_progress_basebackup WHERE backup_streamed > 0"),
                        "1"::equals);

        ApiJobs.cancel(id).statusCode(202);

        ApiJobs.await(id, JobState.CANCELLED);
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(
                        () -> cluster.one(
                                "SELECT (SELECT count(*) FROM pg_replication_slots)"
                                        + " + (SELECT count(*) FROM pg_stat_replication)"
                                        + " + (SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'lockkeeper job%')"),
                        "0"::equals);
        assertThat(BackupApiTest.depot().resolve(target.name))
                .satisfiesAnyOf(gone -> assertThat(gone).doesNotExist(), empty -> assertThat(empty)
                        .isEmptyDirectory());
        asAdmin().get(BACKUPS + "/" + id).then().statusCode(404);
    }

    @Test
    void goesNoFasterThanAsked() {
        long began = System.nanoTime();

        made(physical(target(shared())).put("megabytesPerSecond", 10));

        assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(Duration.ofSeconds(2));
    }

    @Test
    void refusesARoleThatMayNotReplicate() {
        OwnCluster cluster = shared();
        cluster.sql("CREATE ROLE poor LOGIN PASSWORD 'secret' IN ROLE pg_read_all_data");
        var target = new BackupTarget(server(cluster), cluster.address(), "poor", "secret");

        JsonPath job = run(physical(target));

        assertThat(job.getString("error.code")).as(job.prettify()).isEqualTo("privilege-missing");
        assertThat(job.getString("error.detail")).contains("ALTER ROLE poor REPLICATION");
        assertThat(job.getInt("attempt")).isEqualTo(1);
    }

    @Test
    void needsNoMoreThanReplication() {
        OwnCluster cluster = shared();
        cluster.sql("CREATE ROLE copier LOGIN REPLICATION PASSWORD 'secret'");
        var target = new BackupTarget(server(cluster), cluster.address(), "copier", "secret");

        JsonPath backup = made(physical(target));

        assertThat(backup.getLong("rawBytes")).isGreaterThan(20_000_000);
    }

    @Test
    void tellsThatPgHbaDoesNotAllowReplication() throws Exception {
        try (OwnCluster cluster = OwnCluster.start(15)) {
            Path hba = cluster.data().resolve("pg_hba.conf");
            Files.write(
                    hba,
                    Files.readAllLines(hba).stream()
                            .filter(line -> !line.contains("replication"))
                            .toList());
            cluster.sql("SELECT pg_reload_conf()");

            JsonPath job = run(physical(target(cluster)));

            assertThat(job.getString("error.code")).as(job.prettify()).isEqualTo("replication-not-allowed");
            assertThat(job.getString("error.detail")).contains("no pg_hba.conf entry for replication connection");
            assertThat(job.getInt("attempt")).isEqualTo(1);
        }
    }

    @Test
    void tellsThatTheServerWritesTooLittleLog() {
        try (OwnCluster cluster = OwnCluster.start(15)) {
            BackupTarget target = target(cluster);
            cluster.restart(Map.of("wal_level", "minimal", "max_wal_senders", "0"));

            JsonPath job = run(physical(target));

            assertThat(job.getString("error.code")).as(job.prettify()).isEqualTo("replication-off");
        }
    }

    @Test
    void refusesToFingerprintWhatItDoesNotRead() {
        asAdmin()
                .contentType("application/json")
                .body(physical(target(shared())).put("fingerprint", "full").encode())
                .post(BACKUPS)
                .then()
                .statusCode(400)
                .body("errors[0].pointer", is("/fingerprint"));
    }

    private static synchronized OwnCluster shared() {
        if (shared == null) {
            shared = OwnCluster.start(18);
        }
        return shared;
    }

    private static BackupTarget target(OwnCluster cluster) {
        return new BackupTarget(server(cluster), cluster.address());
    }

    private static TestServers.Server server(OwnCluster cluster) {
        return new TestServers.Server(
                cluster.major(), "127.0.0.1", cluster.port(), PostgresServer.SUPERUSER, cluster.password());
    }

    private static JsonObject physical(BackupTarget target) {
        return target.request().put("method", "physical");
    }

    private static String logOf(long job) {
        return asAdmin()
                .get("/api/v1/jobs/" + job + "/log")
                .then()
                .statusCode(200)
                .extract()
                .asString();
    }
}
