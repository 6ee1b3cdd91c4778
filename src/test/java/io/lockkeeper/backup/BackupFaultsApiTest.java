package io.lockkeeper.backup;

import static io.lockkeeper.backup.BackupTarget.started;
import static io.lockkeeper.security.ApiTokens.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.TestServers;
import io.lockkeeper.job.ApiJobs;
import io.lockkeeper.job.JobState;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What goes wrong while a backup is made. A table that somebody holds locked stops the world where the test wants it.
@QuarkusTest
class BackupFaultsApiTest {
    private static final Duration SOON = Duration.ofSeconds(15);
    private static final String PASSWORD = "open-" + UUID.randomUUID();
    private static final Path WORK = Path.of("target/lockkeeper-test/work").toAbsolutePath();

    private BackupTarget shop;
    private Connection holder;

    @BeforeEach
    void lockATable() throws SQLException {
        BackupTarget asSuperuser = new BackupTarget(17).withAShop();
        String role = "dumper_" + System.nanoTime();
        asSuperuser.sql(
                "CREATE ROLE " + role + " LOGIN PASSWORD '" + PASSWORD + "' IN ROLE pg_read_all_data",
                "GRANT SELECT ON LARGE OBJECT " + asSuperuser.one("SELECT oid FROM pg_largeobject_metadata") + " TO "
                        + role);
        shop = new BackupTarget(asSuperuser.server, asSuperuser.database, role, PASSWORD);
        holder = TestServers.connect(shop.database);
        holder.setAutoCommit(false);
        holder.createStatement().execute("LOCK TABLE empty IN ACCESS EXCLUSIVE MODE");
    }

    @AfterEach
    void unlockIt() throws SQLException {
        holder.close();
    }

    @Test
    void namesWhoHoldsTheLockThatItWaitsForAndGoesOnWhenItIsFree() throws Exception {
        long backup = stuck();

        String log = log(backup);
        assertThat(log).contains("in the way: pid " + backendPid(), "before empty");

        holder.rollback();
        ApiJobs.await(backup, JobState.SUCCEEDED);
    }

    @Test
    void givesUpWaitingForALockAndTriesAgainLater() throws Exception {
        JsonObject impatient = shop.request().put("lockTimeout", "1500ms");

        JsonPath job = ApiJobs.await(started(impatient), JobState.SCHEDULED);

        assertThat(job.getString("reason")).isEqualTo("RETRY_BACKOFF");
        assertThat(job.getString("error.code")).isEqualTo("lock-not-granted");
        assertThat(job.getString("error.detail")).contains("pid " + backendPid(), "lock");
        ApiJobs.cancel(job.getLong("id"));
    }

    @Test
    void isCancelledOnBothSidesAndLeavesNothing() throws Exception {
        long backup = stuck();
        Path folder = BackupApiTest.depot().resolve(shop.name);
        assertThat(folder).isDirectory();

        ApiJobs.cancel(backup).statusCode(202);

        JsonPath job = ApiJobs.await(backup, JobState.CANCELLED);
        assertThat(Duration.between(
                        java.time.Instant.parse(job.getString("cancelRequestedAt")),
                        java.time.Instant.parse(job.getString("finishedAt"))))
                .isLessThan(Duration.ofSeconds(20));
        Awaitility.await().atMost(SOON).until(() -> shop.one(sessionsOf(backup)), "0"::equals);
        assertThat(directoriesOf(backup)).isEmpty();
        asAdmin().get(BackupTarget.BACKUPS + "/" + backup).then().statusCode(404);
        Awaitility.await().atMost(SOON).until(() -> isEmpty(folder));
    }

    @Test
    void showsItsPasswordToNobody() throws Exception {
        long backup = stuck();

        List<Path> processes = processesThatName("lockkeeper job " + backup + "/");

        assertThat(processes).isNotEmpty();
        for (Path process : processes) {
            assertThat(Files.readString(process.resolve("cmdline"))).doesNotContain(PASSWORD);
            assertThat(Files.readString(process.resolve("environ")))
                    .doesNotContain(PASSWORD)
                    .contains("PGPASSFILE=");
        }
        Path passwords = directoriesOf(backup).getFirst().resolve("pgpass");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(passwords)))
                .isEqualTo("rw-------");
        assertThat(Files.readString(passwords)).contains(PASSWORD);
        assertThat(log(backup)).doesNotContain(PASSWORD);
        ApiJobs.cancel(backup);
        ApiJobs.await(backup, JobState.CANCELLED);
    }

    @Test
    void saysThatTheServerEndedItsSessions() throws Exception {
        long backup = stuck();

        shop.one(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name LIKE 'lockkeeper job "
                        + backup + "/%'");

        JsonPath job = ApiJobs.await(backup, JobState.SCHEDULED);
        assertThat(job.getString("error.code")).isEqualTo("target-connection-lost");
        ApiJobs.cancel(backup);
    }

    /// A backup that waits for the lock, and has said so.
    private long stuck() {
        long backup = started(shop.request().put("lockTimeout", "30m"));
        Awaitility.await().atMost(SOON).until(() -> log(backup).contains("waiting for a lock"));
        return backup;
    }

    private static String log(long job) {
        return asAdmin()
                .accept("text/plain")
                .get("/api/v1/jobs/" + job + "/log?limit=1000")
                .then()
                .extract()
                .asString();
    }

    private int backendPid() throws SQLException {
        try (var statement = holder.createStatement();
                var rows = statement.executeQuery("SELECT pg_backend_pid()")) {
            rows.next();
            return rows.getInt(1);
        }
    }

    private static String sessionsOf(long backup) {
        return "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'lockkeeper job " + backup + "/%'";
    }

    private static List<Path> directoriesOf(long backup) throws IOException {
        try (Stream<Path> all = Files.walk(WORK, 2)) {
            return all.filter(path -> path.getFileName().toString().startsWith(backup + "-"))
                    .toList();
        }
    }

    private static boolean isEmpty(Path folder) throws IOException {
        if (Files.notExists(folder)) {
            return true;
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.findAny().isEmpty();
        }
    }

    private static List<Path> processesThatName(String application) throws IOException {
        try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
            return processes
                    .filter(path -> path.getFileName().toString().matches("\\d+"))
                    .filter(path -> environment(path).contains("PGAPPNAME=" + application))
                    .toList();
        }
    }

    private static String environment(Path process) {
        try {
            return Files.readString(process.resolve("environ"), java.nio.charset.StandardCharsets.ISO_8859_1);
        } catch (IOException gone) {
            return "";
        }
    }
}
