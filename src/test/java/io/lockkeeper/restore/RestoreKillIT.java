package io.lockkeeper.restore;

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
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// An instance is killed while `pg_restore` fills a sandbox. Another one does it again, and nothing stays of the first
/// attempt: no server, no program, no directory.
class RestoreKillIT {
    private static final Duration BOUND = Duration.ofSeconds(60);

    @TempDir
    Path home;

    private final StoreAccess store = TestServers.freshStore();
    private final StoreAddress database = TestServers.emptyDatabase();
    private Path hold;
    private Instance first;
    private Instance second;

    /// What is copied is refreshed by `pg_restore`, which takes for as long as the file is there.
    @BeforeEach
    void begin() throws IOException {
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
        hold = home.resolve("hold");
        TestServers.execute(
                database,
                "CREATE TABLE rows AS SELECT n FROM generate_series(1, 1000) n",
                """
                CREATE FUNCTION held(n int) RETURNS int LANGUAGE plpgsql AS $$
                BEGIN
                    WHILE (pg_stat_file('%s', true)).size IS NOT NULL LOOP PERFORM pg_sleep(0.05); END LOOP;
                    RETURN n;
                END $$""".formatted(hold),
                "CREATE MATERIALIZED VIEW copied AS SELECT held(1) AS n");
        first = start("first");
    }

    @AfterEach
    void end() {
        first.close();
        if (second != null) {
            second.close();
        }
    }

    @Test
    void anotherInstanceProvesItAndNothingStaysOfTheFirstAttempt() throws Exception {
        first.register("patient", database);
        JsonObject request = new JsonObject().put("target", "patient");
        long backup = first.succeed("/api/v1/backups", request).getLong("id");
        Files.createFile(hold);
        long test = first.post("/api/v1/restore-tests", RestoreTests.of(backup), 202)
                .getLong("id");
        Awaitility.await().atMost(BOUND).until(() -> restoringIn(work()));
        Path sandboxes = onlyOneIn(home.resolve("sandboxes"));
        Path work = onlyOneIn(work());
        assertThat(running(sandboxes)).isNotEmpty();

        first.signal("KILL");
        second = start("second");

        Awaitility.await("the end of the first's server and programs")
                .atMost(BOUND)
                .until(() -> running(sandboxes).isEmpty() && running(work).isEmpty());
        Awaitility.await("the second attempt").atMost(BOUND).until(() -> restoringIn(work()));
        Files.delete(hold);
        JsonPath job = second.awaitJob(test, BOUND);
        assertThat(job.getString("result.verdict")).as(job.prettify()).isEqualTo("PROVEN");
        assertThat(job.getInt("attempt")).isGreaterThan(1);
        assertThat(running(home)).isEmpty();
        assertThat(sandboxes).doesNotExist();
        assertThat(work).doesNotExist();
        assertThat(directoriesIn(onlyOneIn(home.resolve("sandboxes"))))
                .as("nothing but what empty servers are copied from")
                .allSatisfy(left -> assertThat(left.getFileName().toString()).startsWith("empty-"));
        assertThat(directoriesIn(onlyOneIn(work()))).isEmpty();
    }

    private Instance start(String name) throws IOException {
        return Instance.start(store, home, name, "-Dlockkeeper.worker.lease=4s").ready();
    }

    private Path work() {
        return home.resolve("work");
    }

    private static boolean restoringIn(Path directory) {
        return running(directory).stream().anyMatch(command -> command.contains("/pg_restore "));
    }

    /// The command lines that name something below it.
    private static List<String> running(Path directory) {
        return ProcessHandle.allProcesses()
                .flatMap(process -> process.info().commandLine().stream())
                .filter(command -> command.contains(directory + "/"))
                .toList();
    }

    private static Path onlyOneIn(Path directory) throws IOException {
        List<Path> all = directoriesIn(directory);
        assertThat(all).hasSize(1);
        return all.getFirst();
    }

    private static List<Path> directoriesIn(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.filter(Files::isDirectory).toList();
        }
    }
}
