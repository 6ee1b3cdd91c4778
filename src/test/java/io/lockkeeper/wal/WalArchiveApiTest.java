package io.lockkeeper.wal;

import static io.lockkeeper.security.ApiTokens.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.is;

import io.lockkeeper.backup.RestoredCluster;
import io.lockkeeper.depot.Depots;
import io.lockkeeper.http.Refused;
import io.lockkeeper.job.ApiJobs;
import io.lockkeeper.job.JobState;
import io.lockkeeper.postgres.Lsn;
import io.lockkeeper.postgres.OwnCluster;
import io.lockkeeper.postgres.WalSegment;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.vertx.core.json.JsonObject;
import jakarta.inject.Inject;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
class WalArchiveApiTest {
    private static final long SEGMENT = 16L << 20;

    @Inject
    Recoveries recoveries;

    @Inject
    Depots depots;

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(ints = {15, 18})
    void archivesWhatIsWrittenAndLetsTheServerForgetIt(int major) {
        try (OwnCluster cluster = OwnCluster.start(major);
                ArchivedTarget target = new ArchivedTarget(cluster).declared()) {

            target.write();
            target.write();
            String last = target.write();

            JsonPath view = target.awaitArchived(last);
            assertThat(view.getList("gaps")).isEmpty();
            assertThat(view.getString("systemIdentifier"))
                    .isEqualTo(cluster.one("SELECT system_identifier FROM pg_control_system()"));
            assertThat(view.getString("last.coversUntil")).isNotNull();
            Lsn lastStart = WalSegment.named(last, SEGMENT).start();
            Awaitility.await().until(() -> restartLsn(cluster).compareTo(lastStart) >= 0);
            assertThat(cluster.one("SELECT active FROM pg_replication_slots")).isEqualTo("f");
            target.declare(new JsonObject().put("switchEvery", "1s"))
                    .statusCode(200)
                    .body("switchEvery", is("1s"));
            String begun = cluster.one("SELECT pg_walfile_name(pg_current_wal_insert_lsn())");
            cluster.sql("INSERT INTO written DEFAULT VALUES");
            target.awaitArchived(begun);

            long job = target.job();
            target.end();
            assertThat(cluster.one("SELECT count(*) FROM pg_replication_slots")).isEqualTo("0");
            assertThat(ApiJobs.await(job, JobState.SUCCEEDED).getInt("result.segments"))
                    .isGreaterThan(3);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {18})
    void losesNothingWhateverIsKilled(int major) {
        try (OwnCluster cluster = OwnCluster.start(major);
                ArchivedTarget target = new ArchivedTarget(cluster).declared()) {
            target.write();

            ProcessHandle receiver = target.receiver();
            target.write();
            receiver.destroyForcibly();
            target.awaitArchived(target.write());

            target.write();
            cluster.restart(Map.of());
            target.awaitArchived(target.write());

            target.write();
            ApiJobs.cancel(target.job()).statusCode(202);
            target.write();
            JsonPath view = target.awaitArchived(target.write());

            assertThat(view.getList("gaps")).isEmpty();
            assertThat(view.getString("problem")).isNull();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {15, 18})
    void leadsBackToAMomentBetweenTwoCommits(int major) throws Exception {
        try (OwnCluster cluster = OwnCluster.start(major);
                ArchivedTarget target = new ArchivedTarget(cluster).declared()) {
            cluster.sql("CREATE TABLE story (what text)", "INSERT INTO story VALUES ('before the backup')");
            long backup = target.backUp().getLong("id");
            target.write();
            cluster.sql("INSERT INTO story VALUES ('kept')");
            Instant moment = target.now();
            cluster.sql("INSERT INTO story VALUES ('a mistake')");
            target.write();
            target.write();
            JsonPath view = target.awaitRecoverable(moment);

            RecoveryPlan plan = recoveries.to(target.name, moment);

            assertThat(plan.backup()).isEqualTo(backup);
            assertThat(Instant.parse(view.getString("recoverableFrom"))).isBefore(moment);
            Path log = fetch(plan);
            Map<String, String> settings = Map.of(
                    "restore_command",
                    "cp " + log + "/%f %p",
                    "recovery_target_time",
                    plan.targetTime(),
                    "recovery_target_action",
                    "promote");
            byte[] content = asAdmin()
                    .get("/api/v1/backups/" + backup + "/content")
                    .then()
                    .statusCode(200)
                    .extract()
                    .asByteArray();
            try (OwnCluster copy = RestoredCluster.of(content, directory, cluster, settings)) {
                Awaitility.await().until(() -> copy.one("SELECT pg_is_in_recovery()"), "f"::equals);
                assertThat(copy.one("SELECT string_agg(what, ', ' ORDER BY what) FROM story"))
                        .as(copy.log())
                        .isEqualTo("before the backup, kept");
            }
        }
    }

    @Test
    void tellsWhatIsMissing() {
        try (OwnCluster cluster = OwnCluster.start(18);
                ArchivedTarget target = new ArchivedTarget(cluster).declared()) {
            target.backUp();
            String last = target.write();
            target.awaitArchived(last);
            target.end();
            for (int i = 0; i < 4; i++) {
                target.write();
            }
            Instant lost = target.now();
            cluster.sql("CHECKPOINT");
            target.write();
            cluster.sql("CHECKPOINT");

            target.declared();
            JsonPath view = target.awaitArchived(target.write());

            assertThat(view.getList("gaps")).hasSize(1);
            assertThat(view.getString("gaps[0].first"))
                    .isEqualTo(WalSegment.named(last, SEGMENT).next().name());
            assertThat(view.getLong("gaps[0].segments")).isGreaterThanOrEqualTo(4);
            assertThat(Instant.parse(view.getString("recoverableUntil"))).isBefore(lost);
            assertThatThrownBy(() -> recoveries.to(target.name, lost))
                    .isInstanceOfSatisfying(Refused.class, refused -> {
                        assertThat(refused.problem().code()).isEqualTo("wal-gap");
                        assertThat(refused.problem().detail()).contains("without a hole until");
                    });
            assertThatThrownBy(() -> recoveries.to(target.name, Instant.EPOCH))
                    .isInstanceOfSatisfying(
                            Refused.class,
                            refused -> assertThat(refused.problem().code()).isEqualTo("not-recoverable"));
        }
    }

    @Test
    void makesASlotAnewThatSomebodyDropped() {
        try (OwnCluster cluster = OwnCluster.start(18);
                ArchivedTarget target = new ArchivedTarget(cluster).declared()) {
            target.awaitArchived(target.write());

            cluster.sql("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots");

            target.awaitView(view -> "TROUBLED".equals(view.getString("state")));
            JsonPath view = target.awaitArchived(target.write());
            assertThat(view.getList("gaps")).isEmpty();
            assertThat(cluster.one("SELECT count(*) FROM pg_replication_slots")).isEqualTo("1");
        }
    }

    @Test
    void tellsThatTheServerGaveUpItsLog() {
        try (OwnCluster cluster = OwnCluster.start(18)) {
            cluster.restart(Map.of("max_slot_wal_keep_size", "32MB", "max_wal_size", "64MB", "min_wal_size", "32MB"));
            cluster.sql("CREATE ROLE keeper LOGIN REPLICATION PASSWORD 'secret'");
            ArchivedTarget target = new ArchivedTarget(cluster, "keeper", "secret").declared();
            target.awaitArchived(target.write());
            cluster.sql("ALTER ROLE keeper NOREPLICATION");
            ApiJobs.cancel(target.job()).statusCode(202);
            target.awaitView(view -> "TROUBLED".equals(view.getString("state")));
            for (int i = 0; i < 8; i++) {
                target.write();
                cluster.sql("CHECKPOINT");
            }
            assertThat(cluster.one("SELECT wal_status FROM pg_replication_slots"))
                    .isEqualTo("lost");

            cluster.sql("ALTER ROLE keeper REPLICATION");

            JsonPath view = target.awaitView(now -> !now.getList("gaps").isEmpty());
            assertThat(view.getLong("gaps[0].segments")).isPositive();
            Awaitility.await().untilAsserted(() -> assertThat(asAdmin()
                            .get("/api/v1/jobs/" + target.job() + "/log")
                            .asString())
                    .contains("was lost (lost): the target has thrown away log that was not archived"));
            target.close();
        }
    }

    @Test
    void goesOverToAnotherTimeline() throws Exception {
        try (OwnCluster cluster = OwnCluster.start(18);
                ArchivedTarget target = new ArchivedTarget(cluster).declared()) {
            target.awaitArchived(target.write());
            cluster.stop();
            Files.createFile(cluster.data().resolve("recovery.signal"));

            cluster.start(Map.of("restore_command", "/bin/false"));
            Awaitility.await().until(() -> cluster.one("SELECT pg_is_in_recovery()"), "f"::equals);

            JsonPath view = target.awaitArchived(target.write());
            assertThat(view.getString("last.segment")).startsWith("00000002");
            assertThat(view.getList("gaps")).isEmpty();
        }
    }

    /// Two servers that both believe they are the one: the worst that can happen to an archive.
    @Test
    void raisesAnAlarmAboutAServerThatWritesTheSameLogDifferently() throws Exception {
        try (OwnCluster cluster = OwnCluster.start(18);
                ArchivedTarget target = new ArchivedTarget(cluster).declared()) {
            long backup = target.backUp().getLong("id");
            byte[] content = asAdmin()
                    .get("/api/v1/backups/" + backup + "/content")
                    .then()
                    .extract()
                    .asByteArray();
            target.write();
            String last = target.write();
            target.awaitArchived(last);
            try (OwnCluster impostor = RestoredCluster.of(content, directory, cluster, Map.of())) {
                impostor.sql("CREATE TABLE other (x int)");
                while (impostor.one("SELECT pg_walfile_name(pg_current_wal_lsn())")
                                .compareTo(last)
                        <= 0) {
                    impostor.sql("INSERT INTO other VALUES (1)", "SELECT pg_switch_wal()");
                }
                pointTo(target, impostor.port());
                ApiJobs.cancel(target.job()).statusCode(202);

                JsonPath view = target.awaitView(now -> now.getString("problem") != null);

                assertThat(view.getString("problem.code")).isEqualTo("wal-segment-differs");
                assertThat(view.getString("problem.detail")).contains("two servers write the same log");
            }
        }
    }

    @Test
    void tellsWhatTheRoleLacks() {
        try (OwnCluster cluster = OwnCluster.start(18)) {
            cluster.sql("CREATE ROLE poor LOGIN PASSWORD 'secret'");
            ArchivedTarget target = new ArchivedTarget(cluster, "poor", "secret");

            target.declare(new JsonObject()).statusCode(202).body("state", is("STARTING"));

            JsonPath view = target.awaitView(now -> now.getString("problem") != null);
            assertThat(view.getString("problem.code")).isEqualTo("privilege-missing");
            assertThat(ApiJobs.await(target.job(), JobState.FAILED).getInt("attempt"))
                    .isEqualTo(1);
        }
    }

    @Test
    void needsNoMoreThanReplicationAndShowsInTheMetrics() {
        try (OwnCluster cluster = OwnCluster.start(15)) {
            cluster.sql("CREATE ROLE keeper LOGIN REPLICATION PASSWORD 'secret'");
            ArchivedTarget target = new ArchivedTarget(cluster, "keeper", "secret").declared();
            target.awaitArchived(target.write());

            Awaitility.await().atMost(Duration.ofSeconds(40)).untilAsserted(() -> assertThat(
                            asAdmin().get("/q/metrics").asString())
                    .contains(
                            "lockkeeper_wal_lag_bytes{target=\"" + target.name,
                            "lockkeeper_wal_lag_seconds{target=\"" + target.name,
                            "lockkeeper_wal_gaps{target=\"" + target.name + "\"} 0.0"));
            target.close();
        }
    }

    @Test
    void answersWhatIsNotThere() {
        asAdmin().get("/api/v1/targets/nowhere/wal-archive").then().statusCode(404);
        asAdmin().delete("/api/v1/targets/nowhere/wal-archive").then().statusCode(404);
        asAdmin()
                .contentType(ContentType.JSON)
                .body("{}")
                .put("/api/v1/targets/nowhere/wal-archive")
                .then()
                .statusCode(404);
        String target = ApiJobs.target();
        asAdmin()
                .contentType(ContentType.JSON)
                .body("{\"depot\": \"attic\"}")
                .put("/api/v1/targets/" + target + "/wal-archive")
                .then()
                .statusCode(422)
                .body("code", is("unknown-depot"));
        asAdmin()
                .contentType(ContentType.JSON)
                .body("{\"switchEvery\": \"1ms\", \"more\": 1}")
                .put("/api/v1/targets/" + target + "/wal-archive")
                .then()
                .statusCode(400)
                .body("errors.size()", is(2));
    }

    private static Lsn restartLsn(OwnCluster cluster) {
        return Lsn.parse(cluster.one("SELECT restart_lsn FROM pg_replication_slots"));
    }

    private static void pointTo(ArchivedTarget target, int port) {
        String path = "/api/v1/targets/" + target.name;
        String tag = asAdmin().get(path).header("ETag");
        asAdmin()
                .contentType("application/merge-patch+json")
                .header("If-Match", tag)
                .body("{\"port\": " + port + "}")
                .patch(path)
                .then()
                .statusCode(200);
    }

    /// As a restore_command wants to find it.
    private Path fetch(RecoveryPlan plan) throws Exception {
        Path log = Files.createTempDirectory("lockkeeper-log");
        Files.setPosixFilePermissions(log, PosixFilePermissions.fromString("rwxr-xr-x"));
        List<RecoveryPlan.LogFile> files = plan.log();
        for (RecoveryPlan.LogFile file : files) {
            try (InputStream in = depots.named(file.depot())
                    .read(file.folder(), file.sha256())
                    .open(file.name())) {
                Files.copy(in, log.resolve(file.name()));
            }
        }
        return log;
    }
}
