package io.lockkeeper.repository;

import static io.lockkeeper.security.ApiTokens.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.is;

import io.lockkeeper.job.ApiJobs;
import io.lockkeeper.restore.RestoreTests;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What is asked for, and programs that say what they should not.
@QuarkusTest
class RepositoryApiTest {
    private static final String BACKUP = """
            {"label": "%s", "type": "full", "database": {"id": 1, "repo-key": 1}, "error": %s,
             "timestamp": {"start": 1795293459, "stop": 1795293463}, "archive": {"start": "000000010000000000000002",
             "stop": "000000020000000000000002"}, "lsn": {"start": "0/2000028", "stop": "0/2000100"},
             "backrest": {"version": "2.45"}, "info": {"size": 22992575, "repository": {"delta": 2811762}}}""";

    private RegisteredTarget target;

    @BeforeEach
    void register() {
        target = new RegisteredTarget(ApiJobs.target());
    }

    @Test
    void onlyWhatTheOperatorConfiguredForIt() {
        target.register("attic").statusCode(422).body("code", is("unknown-repository"));
        target.register("test-of-others").statusCode(422).body("code", is("unknown-repository"));
        asAdmin()
                .put("/api/v1/targets/nowhere/backup-repositories/test-strange")
                .then()
                .statusCode(404);
        asAdmin().get(target.path("test-strange")).then().statusCode(404);
        asAdmin().delete(target.path("test-strange")).then().statusCode(404);
        asAdmin()
                .get("/api/v1/targets/" + target.name() + "/backup-repositories")
                .then()
                .statusCode(200)
                .body("size()", is(0));
    }

    @Test
    void listsWhatIsThereAndForgetsWhatIsThereNoLonger() throws Exception {
        says(info("15", backup("20261121-203739F", false), backup("20261122-203739F", true)));
        target.register("test-strange").statusCode(202);

        JsonPath view = target.await("test-strange", now -> now.getString("seenAt") != null);

        assertThat(view.getInt("backups")).isEqualTo(2);
        assertThat(view.getString("newestAt")).isEqualTo("2026-11-21T20:37:43Z");
        Map<String, Object> newest = target.backups().getFirst();
        assertThat(newest)
                .containsEntry("method", "physical")
                .containsEntry("depot", "pgbackrest:test-strange")
                .containsEntry("serverVersion", "15")
                .containsEntry("walLsn", "0/2000100")
                .containsEntry("timeline", 2)
                .containsEntry("missing", "pgBackRest found pages with wrong checksums in it");
        assertThat(newest.get("origin")).asString().contains("tool=pgbackrest", "label=20261122-203739F", "type=full");

        Object stays = target.backups().getLast().get("id");
        says(info("15", backup("20261121-203739F", false)));
        assertThat(target.looked("test-strange").getInt("backups")).isEqualTo(1);
        assertThat(target.backups()).singleElement().satisfies(one -> assertThat(one.get("id"))
                .isEqualTo(stays));

        asAdmin().delete(target.path("test-strange")).then().statusCode(204);
        assertThat(target.backups()).isEmpty();
    }

    @Test
    void isNotOursToDeleteToHoldOrToRead() throws Exception {
        says(info("15", backup("20261121-203739F", false)));
        target.register("test-strange");
        target.await("test-strange", now -> now.getInt("backups") == 1);
        String backup = "/api/v1/backups/" + target.backups().getFirst().get("id");
        String tag = asAdmin().get(backup).then().statusCode(200).extract().header("ETag");

        for (String what : new String[] {"/content", "/globals", "/fingerprint"}) {
            asAdmin().get(backup + what).then().statusCode(409).body("code", is("backup-of-another-tool"));
        }
        asAdmin().header("If-Match", tag).delete(backup).then().statusCode(409);
        asAdmin()
                .header("If-Match", tag)
                .contentType("application/merge-patch+json")
                .body("{\"hold\": \"mine\"}")
                .patch(backup)
                .then()
                .statusCode(409);
        JsonPath pruned = ApiJobs.await(
                ApiJobs.started(new io.vertx.core.json.JsonObject()
                        .put("kind", "backup-prune")
                        .put("target", target.name())
                        .put("mode", "apply")
                        .put("rules", new io.vertx.core.json.JsonObject().put("within", "1m"))),
                io.lockkeeper.job.JobState.SUCCEEDED);
        assertThat(pruned.getInt("result.kept") + pruned.getInt("result.gone")).isZero();
        assertThat(target.backups()).hasSize(1);
    }

    @Test
    void restoreTestsThatCannotRunAreNoVerdict() throws Exception {
        says(info("15", backup("20261121-203739F", false)).replace("\"version\": \"15\"", "\"version\": \"99\""));
        target.register("test-strange");
        target.await("test-strange", now -> now.getInt("backups") == 1);
        JsonObject backup =
                RestoreTests.of(((Number) target.backups().getFirst().get("id")).longValue());

        assertThat(RestoreTests.ended(backup).getString("error.code")).isEqualTo("server-missing");
        asAdmin()
                .contentType("application/json")
                .body(backup.copy().put("until", "2026-11-21T14:02:00Z").encode())
                .post("/api/v1/restore-tests")
                .then()
                .statusCode(422)
                .body("code", is("not-recoverable"));

        says(info("15", backup("20261122-203739F", false)));
        target.looked("test-strange");
        JsonObject newer = RestoreTests.of(((Number) target.backups().getFirst().get("id")).longValue());
        says(info("15"));
        assertThat(RestoreTests.ended(newer).getString("error.code")).isEqualTo("artifact-missing");
        assertThat(target.backups().getFirst().get("proof").toString()).contains("UNPROVEN");
    }

    @Test
    void leavesOutWhatMakesNoSense() throws Exception {
        says(info(
                "15",
                backup("../../etc/passwd", false),
                backup("20261121-203739F", false).replace("1795293463", "-1"),
                backup("20261121-203740F", false).replace("22992575", "\"many\""),
                backup("20261121-203741F", false).replace("\"id\": 1", "\"id\": 7"),
                backup("20261121-203742F", false).replace("0/2000028", "'; DROP TABLE job")));
        target.register("test-strange");

        JsonPath view = target.await("test-strange", now -> now.getString("seenAt") != null);

        assertThat(view.getInt("leftOut")).isEqualTo(4);
        assertThat(target.backups()).singleElement().satisfies(one -> {
            assertThat(one.get("origin")).asString().contains("20261121-203742F");
            assertThat(one).doesNotContainKey("walStart");
        });
    }

    @Test
    void tellsWhatIsTheMatter() throws Exception {
        saysByScript("echo '{\"half\": '");
        target.register("test-strange");
        assertThat(problem()).isEqualTo("repository-not-understood");

        saysByScript("yes 0123456789012345678901234567890123456789 | head -c 60000000");
        assertThat(looked()).isEqualTo("repository-not-understood");

        saysByScript("printf 'ERROR: \\033[31m[103]: gone\\n' >&2; exit 103");
        assertThat(looked()).isEqualTo("repository-unusable");
        assertThat(target.view("test-strange").getString("problem.detail"))
                .contains("ended with 103", "[103]: gone")
                .doesNotContain("\033");

        says(info("15").replace("\"code\": 0", "\"code\": 1"));
        assertThat(looked()).isEqualTo("repository-unusable");

        says(info("15", backup("20261121-203739F", false))
                .replace("\"version\": \"15\"", "\"version\": \"15\", \"system-id\": 4711"));
        assertThat(looked()).isEqualTo("another-cluster");
        assertThat(target.backups()).isEmpty();
    }

    private String looked() {
        target.looked("test-strange");
        return problem();
    }

    private String problem() {
        return target.await("test-strange", now -> now.getString("problem") != null)
                .getString("problem.code");
    }

    private static String backup(String label, boolean error) {
        return BACKUP.formatted(label, error);
    }

    /// As `pgbackrest info --output=json` writes it; without an identifier that the target could be held against.
    private static String info(String version, String... backups) {
        return """
                [{"name": "main", "status": {"code": 0, "message": "ok"}, "archive": [], "backup": [%s],
                  "db": [{"id": 1, "repo-key": 1, "version": "%s"}]}]""".formatted(String.join(",", backups), version);
    }

    private static void says(String text) throws Exception {
        saysByScript("cat <<'EOF'\n" + text + "\nEOF");
    }

    /// Moved into its place: an earlier look may still be running the one before.
    private static void saysByScript(String script) throws Exception {
        Files.createDirectories(RepositoriesForTests.FILES);
        Path made = Files.writeString(RepositoriesForTests.FILES.resolve("made"), "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.move(made, RepositoriesForTests.STRANGE, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    }
}
