package io.lockkeeper.migration;

import static io.lockkeeper.backup.BackupTarget.made;
import static io.lockkeeper.migration.Rehearsals.RUNS;
import static io.lockkeeper.migration.Rehearsals.ended;
import static io.lockkeeper.migration.Rehearsals.job;
import static io.lockkeeper.migration.Rehearsals.post;
import static io.lockkeeper.migration.Rehearsals.request;
import static io.lockkeeper.migration.Rehearsals.started;
import static io.lockkeeper.security.ApiTokens.as;
import static io.lockkeeper.security.ApiTokens.asAdmin;
import static io.lockkeeper.security.ApiTokens.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;

import io.lockkeeper.backup.BackupTarget;
import io.lockkeeper.security.Role;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Pool;
import jakarta.inject.Inject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
class RehearsalFaultsApiTest {
    private static final Path DEPOT = Path.of("target/lockkeeper-test/depot").toAbsolutePath();

    @Inject
    Pool store;

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            /rehearseOn        | {"rehearseOn": "newest"}
            /rehearseOn        | {"rehearseOn": 17}
            /rehearseOn        | {"rehearseOn": ["latest"]}
            /rehearseOn/backup | {"rehearseOn": {}}
            /rehearseOn/backup | {"rehearseOn": {"backup": "17"}}
            /rehearseOn/backup | {"rehearseOn": {"backup": 1.5}}
            /rehearseOn/backup | {"rehearseOn": {"backup": 0}}
            /rehearseOn/until  | {"rehearseOn": {"backup": 1, "until": "2026-01-01T00:00:00Z"}}
            /mode              | {"rehearseOn": "latest", "mode": "apply"}
            /mode              | {"rehearseOn": "latest", "mode": "plan"}
            /mode              | {"mode": "rehearsal"}
            /plan              | {"rehearseOn": "latest", "plan": "0000000000000000000000000000000000000000000000000000000000000000"}
            """)
    void tellsEveryBadField(String pointer, String fields) {
        post(new JsonObject(fields).put("target", "demo"))
                .statusCode(400)
                .body("code", is("invalid-request"))
                .body("errors.pointer", hasItem(pointer));
    }

    @Test
    void refusesAtOnceWhatOurOwnRecordsKnow() throws Exception {
        BackupTarget shop = new BackupTarget(17).withAShop();
        BackupTarget other = new BackupTarget(17);
        refused(request(shop.name, "1.sql", ""), "no-backup");
        long backup = made(shop.request()).getLong("id");
        JsonObject onThis = new JsonObject().put("backup", backup);

        refused(request(shop.name).put("rehearseOn", new JsonObject().put("backup", 99_999_999)), "unknown-backup");
        refused(request(other.name).put("rehearseOn", onThis), "backup-of-another-target");
        refused(request("no-such-target"), "unknown-target");
        update("UPDATE backup SET verdict = 'BROKEN', judged_at = now(), judged_by = 1 WHERE id = " + backup);
        refused(request(shop.name).put("rehearseOn", onThis), "backup-broken");
        refused(request(shop.name), "no-backup");
        update(
                "UPDATE backup SET verdict = 'UNPROVEN', judged_at = NULL, judged_by = NULL, missing = 'a file' WHERE id = "
                        + backup);
        refused(request(shop.name).put("rehearseOn", onThis), "artifact-missing");
        update("UPDATE backup SET missing = NULL, key_lost = 'no such key' WHERE id = " + backup);
        refused(request(shop.name).put("rehearseOn", onThis), "key-lost");
        as(with(Role.VIEWER))
                .contentType(ContentType.JSON)
                .body(request(shop.name).encode())
                .post(RUNS)
                .then()
                .statusCode(403);
    }

    private static void refused(JsonObject request, String code) {
        post(request.getJsonArray("files").isEmpty() ? withoutFiles(request) : request)
                .statusCode(422)
                .body("code", is(code));
    }

    private static JsonObject withoutFiles(JsonObject request) {
        JsonObject rest = request.copy();
        rest.remove("files");
        return rest;
    }

    @Test
    void failsOnABackupThatIsNotWhatWasBroughtToTheDepot() throws Exception {
        BackupTarget shop = new BackupTarget(17).withAShop();
        Path folder = DEPOT.resolve(made(shop.request()).getString("folder"));
        for (Path file : files(folder)) {
            byte[] bytes = Files.readAllBytes(file);
            if (bytes.length > 10_000) {
                bytes[bytes.length / 2] ^= 4;
                Files.write(file, bytes);
            }
        }

        JsonPath job = ended(started(request(shop.name, "1_a.sql", "SELECT 1;")));

        assertThat(job.getString("error.code")).as(job.prettify()).isEqualTo("backup-broken");
        asAdmin().get(RUNS + "/" + job.getLong("id")).then().statusCode(404);
    }

    private static List<Path> files(Path folder) throws Exception {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile).toList();
        }
    }

    /// Just as a plan would.
    @Test
    void failsOnWhatCannotBePlanned() {
        BackupTarget shop = new BackupTarget(17).withAShop();
        made(shop.request());
        JsonObject undecided = request(shop.name, "1_a.sql", "SELECT 1;");
        undecided.remove("allow");

        assertThat(ended(started(undecided)).getString("error.code")).isEqualTo("decision-needed");
        assertThat(ended(started(request(shop.name, "1_a.sql", "SELEC 1;"))).getString("error.code"))
                .isEqualTo("migrations-faulty");
    }

    @Test
    void startsOnceForOneKey() {
        BackupTarget shop = new BackupTarget(17).withAShop();
        made(shop.request());
        String request = request(shop.name, "1_a.sql", "SELECT 1;").encode();
        String key = "rehearse-" + shop.name;

        long first = withKey(key, request).statusCode(202).extract().jsonPath().getLong("id");

        withKey(key, request).header("Idempotency-Replayed", "true").body("id", is((int) first));
        assertThat(ended(first).getString("result.rehearsal.outcome")).isEqualTo("PASSED");
    }

    private static io.restassured.response.ValidatableResponse withKey(String key, String request) {
        return asAdmin()
                .contentType(ContentType.JSON)
                .header("Idempotency-Key", key)
                .body(request)
                .post(RUNS)
                .then();
    }

    /// It says nothing about the migration, and the next attempt begins anew.
    @Test
    void takesTheDeathOfTheSandboxForNoOutcome() {
        BackupTarget shop = new BackupTarget(17).withAShop();
        made(shop.request());
        long job = started(request(shop.name, "1_slow.sql", "CREATE TABLE a (id int);\nSELECT pg_sleep(600);"));
        ProcessHandle sandbox = Awaitility.await()
                .atMost(Duration.ofSeconds(120))
                .until(() -> sleeperOf(shop).flatMap(ProcessHandle::parent), Optional::isPresent)
                .orElseThrow();

        sandbox.destroyForcibly();

        JsonPath failed = Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> job(job), found -> found.getString("error.code") != null);
        assertThat(failed.getString("error.code")).as(failed.prettify()).isEqualTo("sandbox-failed");
        assertThat(failed.getBoolean("done")).isFalse();
        asAdmin().get(RUNS + "/" + job).then().statusCode(404);
        Awaitility.await()
                .atMost(Duration.ofSeconds(120))
                .until(() -> sleeperOf(shop).isPresent() && job(job).getInt("attempt") == 2);
        asAdmin().post("/api/v1/jobs/" + job + "/cancel").then().statusCode(202);
        assertThat(ended(job).getString("state")).isEqualTo("CANCELLED");
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> sleeperOf(shop)
                .isEmpty());
    }

    /// The process of the sandbox's server that runs the statement; the name of the database is this test's alone.
    private static Optional<ProcessHandle> sleeperOf(BackupTarget shop) {
        return ProcessHandle.allProcesses()
                .filter(process -> commandLine(process).contains(shop.database.database())
                        && commandLine(process).contains("SELECT"))
                .findFirst();
    }

    private static String commandLine(ProcessHandle process) {
        try {
            return Files.readString(Path.of("/proc/" + process.pid() + "/cmdline"));
        } catch (java.io.IOException gone) {
            return "";
        }
    }

    private void update(String sql) throws Exception {
        store.query(sql).execute().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
}
