package io.lockkeeper.wal;

import static io.lockkeeper.security.ApiTokens.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.backup.RestoredCluster;
import io.lockkeeper.job.ApiJobs;
import io.lockkeeper.postgres.OwnCluster;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import java.nio.file.Path;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// When an archive has to say that something is wrong with the log itself.
@QuarkusTest
class WalAlarmApiTest {
    @TempDir
    Path directory;

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
            pointTo(target, cluster.port());
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
}
