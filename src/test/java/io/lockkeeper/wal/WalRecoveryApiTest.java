package io.lockkeeper.wal;

import static io.lockkeeper.security.ApiTokens.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockkeeper.backup.RestoredCluster;
import io.lockkeeper.depot.Depots;
import io.lockkeeper.http.Refused;
import io.lockkeeper.postgres.OwnCluster;
import io.lockkeeper.postgres.WalSegment;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import jakarta.inject.Inject;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What an archive is for: going back to a time, and telling when that cannot be.
@QuarkusTest
class WalRecoveryApiTest {
    private static final long SEGMENT = 16L << 20;

    @Inject
    Recoveries recoveries;

    @Inject
    Depots depots;

    @TempDir
    Path directory;

    /// `-Dlockkeeper.rounds=2` and more: on every version that is here.
    static IntStream majors() {
        return Integer.getInteger("lockkeeper.rounds", 1) > 1 ? IntStream.of(15, 17, 18) : IntStream.of(18);
    }

    @ParameterizedTest
    @MethodSource("majors")
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
