package io.lockkeeper.restore;

import static io.lockkeeper.backup.BackupTarget.made;
import static io.lockkeeper.restore.RestoreTests.TESTS;
import static io.lockkeeper.restore.RestoreTests.ended;
import static io.lockkeeper.restore.RestoreTests.job;
import static io.lockkeeper.restore.RestoreTests.of;
import static io.lockkeeper.restore.RestoreTests.started;
import static io.lockkeeper.security.ApiTokens.as;
import static io.lockkeeper.security.ApiTokens.asAdmin;
import static io.lockkeeper.security.ApiTokens.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.is;

import io.lockkeeper.TestServers;
import io.lockkeeper.backup.BackupTarget;
import io.lockkeeper.security.Role;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.restassured.response.ValidatableResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Pool;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

@QuarkusTest
class RestoreTestFaultsApiTest {
    @Inject
    Pool store;

    @Test
    void refusesAtOnceWhatOurOwnRecordsKnow() throws Exception {
        BackupTarget shop = new BackupTarget(17).withAShop();
        BackupTarget other = new BackupTarget(17);
        long backup = made(shop.request()).getLong("id");

        refused(of(99_999_999), 422, "unknown-backup");
        refused(of(backup).put("target", other.name), 422, "backup-of-another-target");
        refused(of(backup).put("until", "2026-11-19T14:02:00Z"), 422, "not-recoverable");
        refused(new JsonObject().put("target", "no-such-target"), 422, "unknown-target");
        refused(new JsonObject(), 400, "invalid-request").body("errors.pointer", is(java.util.List.of("/target")));
        refused(of(backup).put("keepFor", "48h").put("parallelism", 0), 400, "invalid-request");
        update("UPDATE backup SET missing = 'a file is gone' WHERE id = " + backup);
        refused(of(backup), 422, "artifact-missing");
        refused(new JsonObject().put("target", shop.name), 422, "artifact-missing");
        update("UPDATE backup SET missing = NULL, key_lost = 'no such key' WHERE id = " + backup);
        refused(of(backup), 422, "key-lost");
        as(with(Role.VIEWER))
                .contentType(ContentType.JSON)
                .body(of(backup).encode())
                .post(TESTS)
                .then()
                .statusCode(403);
        asAdmin().get(TESTS + "/" + backup).then().statusCode(404);
        asAdmin().get(TESTS + "/" + backup + "/report").then().statusCode(404);
    }

    @Test
    void failsForATargetThatHasNoBackup() {
        JsonPath job = ended(new JsonObject().put("target", new BackupTarget(17).name));

        assertThat(job.getString("error.code")).isEqualTo("no-backup");
    }

    /// Its server may be gone for good: that is what backups are for.
    @Test
    void needsNoTarget() {
        BackupTarget shop = new BackupTarget(17).withAShop();
        long backup = made(shop.request()).getLong("id");
        TestServers.execute(
                shop.server.address("postgres"), "DROP DATABASE " + shop.database.database() + " WITH (FORCE)");

        JsonPath job = ended(new JsonObject().put("target", shop.name));

        assertThat(job.getString("result.verdict")).as(job.prettify()).isEqualTo("PROVEN");
        assertThat(job.getLong("result.backup")).isEqualTo(backup);
    }

    @Test
    void isCancelledWithAllThatItStarted() {
        BackupTarget shop = new BackupTarget(17).withAShop();
        shop.sql(
                "CREATE FUNCTION slow(bigint) RETURNS bigint LANGUAGE plpgsql IMMUTABLE AS"
                        + " 'BEGIN IF inet_server_port() <> " + shop.server.port()
                        + " THEN PERFORM pg_sleep(600); END IF; RETURN $1; END'",
                "CREATE INDEX ON customer (slow(id))");
        long test = started(of(made(shop.request()).getLong("id")));
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> job(test).getList("steps.name").contains("restore"));

        asAdmin().post("/api/v1/jobs/" + test + "/cancel").then().statusCode(202);

        assertThat(ended(test).getString("state")).isEqualTo("CANCELLED");
        asAdmin().get(TESTS + "/" + test).then().statusCode(404);
    }

    private void update(String sql) throws Exception {
        store.query(sql).execute().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private static ValidatableResponse refused(JsonObject request, int status, String code) {
        return asAdmin()
                .contentType(ContentType.JSON)
                .body(request.encode())
                .post(TESTS)
                .then()
                .statusCode(status)
                .body("code", is(code));
    }
}
