package io.lockkeeper.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.Instance;
import io.lockkeeper.TestServers;
import io.lockkeeper.store.StoreAccess;
import io.lockkeeper.store.StoreAddress;
import io.restassured.path.json.JsonPath;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// An instance is killed in the middle of a backup. Another one makes it, and nothing stays of the first
/// attempt: not in the depot, not on the disk, not on the target.
class BackupKillIT {
    private static final Duration BOUND = Duration.ofSeconds(60);
    private static final String SESSIONS =
            "SELECT string_agg(DISTINCT application_name, ', ') FROM pg_stat_activity WHERE application_name LIKE 'lockkeeper job%'"
                    + " AND datname = current_database()";

    @TempDir
    Path home;

    private final StoreAccess store = TestServers.freshStore();
    private final StoreAddress database = TestServers.emptyDatabase();
    private Instance first;
    private Instance second;
    private Connection holder;

    @BeforeEach
    void begin() throws Exception {
        TestServers.execute(
                database,
                "CREATE TABLE rows AS SELECT n, repeat('x', 100) AS text FROM generate_series(1, 50000) n",
                "CREATE TABLE locked (i int)");
        holder = TestServers.connect(database);
        holder.setAutoCommit(false);
        holder.createStatement().execute("LOCK TABLE locked IN ACCESS EXCLUSIVE MODE");
        first = start("first");
    }

    @AfterEach
    void end() throws SQLException {
        holder.close();
        first.close();
        if (second != null) {
            second.close();
        }
    }

    @Test
    void anotherInstanceMakesItAndNothingStaysOfTheFirstAttempt() throws Exception {
        long backup = startedAndStuck();
        assertThat(BackupTarget.one(database, SESSIONS)).isEqualTo("lockkeeper job " + backup + "/1");
        Path partial = Awaitility.await().atMost(BOUND).until(this::partialFolder, found -> found != null);

        first.signal("KILL");
        second = start("second");
        Awaitility.await()
                .atMost(BOUND)
                .until(
                        () -> String.valueOf(BackupTarget.one(database, SESSIONS)),
                        sessions -> sessions.matches("lockkeeper job " + backup + "/[2-9]"));
        holder.rollback();

        JsonPath job = second.awaitJob(backup, BOUND);
        assertThat(job.getString("state")).as(job.prettify()).isEqualTo("SUCCEEDED");
        assertThat(job.getInt("attempt")).isGreaterThan(1);
        String folder =
                second.ask().get("/api/v1/backups/" + backup).then().extract().path("folder");
        assertThat(partial).doesNotExist();
        assertThat(entries(home.resolve("depot/patient")))
                .containsExactly(home.resolve("depot").resolve(folder));
        assertThat(BackupTarget.one(store.owner(), "SELECT count(*) FROM backup_leftover"))
                .isEqualTo("0");
        assertThat(entries(home.resolve("work")))
                .as("directories of dead instances and of finished jobs")
                .allSatisfy(instance -> assertThat(entries(instance)).noneMatch(Files::isDirectory));
    }

    private Instance start(String name) throws IOException {
        return Instance.start(store, home, name, "-Dlockkeeper.worker.lease=4s").ready();
    }

    private long startedAndStuck() {
        first.register("patient", database);
        JsonObject request = new JsonObject().put("target", "patient").put("lockTimeout", "10m");
        long id = first.post("/api/v1/backups", request, 202).getLong("id");
        Awaitility.await().atMost(BOUND).until(() -> log(id).contains("waiting for a lock"));
        return id;
    }

    private String log(long job) {
        return first.ask()
                .accept("text/plain")
                .get("/api/v1/jobs/" + job + "/log")
                .then()
                .extract()
                .asString();
    }

    private Path partialFolder() throws IOException {
        return entries(home.resolve("depot/patient")).stream().findFirst().orElse(null);
    }

    private static List<Path> entries(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.filter(Files::isDirectory).toList();
        }
    }
}
