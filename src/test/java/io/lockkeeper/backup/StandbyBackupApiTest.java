package io.lockkeeper.backup;

import static io.lockkeeper.security.ApiTokens.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.TestServers;
import io.lockkeeper.postgres.OwnCluster;
import io.lockkeeper.postgres.PostgresServer;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A copy of the whole cluster that its primary does not notice.
@QuarkusTest
class StandbyBackupApiTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(ints = {15, 17, 18})
    @EnabledIfSystemProperty(
            named = "lockkeeper.rounds",
            matches = "\\d+",
            disabledReason = "three servers for each version; -Dlockkeeper.rounds=1 runs it")
    void isTakenFromAStandbyAndStartsAgain(int major) throws Exception {
        try (OwnCluster primary = OwnCluster.start(major);
                OwnCluster standby = standbyOf(primary)) {
            primary.sql("CREATE TABLE orders AS SELECT n FROM generate_series(1, 1000) n");
            Awaitility.await()
                    .until(() -> standby.one("SELECT count(*) FROM pg_class WHERE relname = 'orders'"), "1"::equals);
            var target = new BackupTarget(
                    new TestServers.Server(
                            major, "127.0.0.1", standby.port(), PostgresServer.SUPERUSER, primary.password()),
                    standby.address());

            JsonPath backup = BackupTarget.made(target.request().put("method", "physical"));

            assertThat(backup.getString("systemIdentifier"))
                    .isEqualTo(primary.one("SELECT system_identifier FROM pg_control_system()"));
            byte[] content = asAdmin()
                    .get("/api/v1/backups/" + backup.getLong("id") + "/content")
                    .then()
                    .statusCode(200)
                    .extract()
                    .asByteArray();
            try (OwnCluster copy = RestoredCluster.of(content, directory, standby, Map.of())) {
                assertThat(copy.one("SELECT count(*) FROM orders")).isEqualTo("1000");
            }
        }
    }

    private static OwnCluster standbyOf(OwnCluster primary) throws Exception {
        Path home = Files.createTempDirectory("lockkeeper-standby");
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
        primary.run(
                "pg_basebackup",
                "--pgdata=" + home.resolve("data"),
                "--write-recovery-conf",
                "--checkpoint=fast",
                "--no-sync");
        return OwnCluster.at(primary.major(), home, primary.password(), Map.of("hot_standby", "on"));
    }
}
