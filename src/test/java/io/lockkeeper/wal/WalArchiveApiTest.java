package io.lockkeeper.wal;

import static io.lockkeeper.security.ApiTokens.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.is;

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
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
class WalArchiveApiTest {
    private static final long SEGMENT = 16L << 20;

    @Inject
    WalGauges gauges;

    private static OwnCluster shared;

    /// For tests that leave it as it was, but for tables and roles.
    private static OwnCluster shared() {
        if (shared == null) {
            shared = OwnCluster.start(18);
        }
        return shared;
    }

    @AfterAll
    static void stop() {
        if (shared != null) {
            shared.close();
            shared = null;
        }
    }

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

    @Test
    void makesASlotAnewThatSomebodyDropped() {
        OwnCluster cluster = shared();
        try (ArchivedTarget target = new ArchivedTarget(cluster).declared()) {
            target.awaitArchived(target.write());

            cluster.sql("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots");

            target.awaitView(view -> "TROUBLED".equals(view.getString("state")));
            JsonPath view = target.awaitArchived(target.write());
            assertThat(view.getList("gaps")).isEmpty();
            assertThat(cluster.one("SELECT count(*) FROM pg_replication_slots")).isEqualTo("1");
        }
    }

    @Test
    void tellsWhatTheRoleLacks() {
        OwnCluster cluster = shared();
        cluster.sql("CREATE ROLE poor LOGIN PASSWORD 'secret'");
        ArchivedTarget target = new ArchivedTarget(cluster, "poor", "secret");

        target.declare(new JsonObject()).statusCode(202).body("state", is("STARTING"));

        JsonPath view = target.awaitView(now -> now.getString("problem") != null);
        assertThat(view.getString("problem.code")).isEqualTo("privilege-missing");
        assertThat(ApiJobs.await(target.job(), JobState.FAILED).getInt("attempt"))
                .isEqualTo(1);
    }

    @Test
    void needsNoMoreThanReplicationAndShowsInTheMetrics() throws Exception {
        OwnCluster cluster = shared();
        cluster.sql("CREATE ROLE keeper LOGIN REPLICATION PASSWORD 'secret'");
        try (ArchivedTarget target = new ArchivedTarget(cluster, "keeper", "secret").declared()) {
            target.awaitArchived(target.write());

            gauges.read();

            assertThat(asAdmin().get("/q/metrics").asString())
                    .contains(
                            "lockkeeper_wal_lag_bytes{target=\"" + target.name,
                            "lockkeeper_wal_lag_seconds{target=\"" + target.name,
                            "lockkeeper_wal_gaps{target=\"" + target.name + "\"} 0.0");
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
}
