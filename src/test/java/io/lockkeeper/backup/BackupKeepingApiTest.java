package io.lockkeeper.backup;

import static io.lockkeeper.backup.BackupTarget.BACKUPS;
import static io.lockkeeper.backup.KeptBackups.delete;
import static io.lockkeeper.backup.KeptBackups.done;
import static io.lockkeeper.backup.KeptBackups.hold;
import static io.lockkeeper.backup.KeptBackups.patch;
import static io.lockkeeper.backup.KeptBackups.tag;
import static io.lockkeeper.security.ApiTokens.as;
import static io.lockkeeper.security.ApiTokens.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import io.lockkeeper.job.ApiJobs;
import io.lockkeeper.security.ApiTokens;
import io.lockkeeper.security.Role;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.inject.Inject;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// How one backup is held, released and deleted.
@QuarkusTest
class BackupKeepingApiTest {
    private static final JsonObject LAST_ONE = new JsonObject().put("last", 1);

    private static final Map<String, KeptBackups> KEPT = new ConcurrentHashMap<>();

    @Inject
    Pool store;

    @Inject
    BackupDeletion deletion;

    @Inject
    Leftovers leftovers;

    @Inject
    BackupReads reads;

    @Test
    void deletesOne() {
        var kept = new KeptBackups(store);
        long old = kept.daysAgo(2);
        Path folder = kept.folder(old);
        String key = UUID.randomUUID().toString();
        String tag = tag(old);
        asAdmin().delete(BACKUPS + "/" + old).then().statusCode(428);
        asAdmin()
                .header("If-Match", "\"other\"")
                .delete(BACKUPS + "/" + old)
                .then()
                .statusCode(412);

        long job = asAdmin()
                .header("If-Match", tag)
                .header("Idempotency-Key", key)
                .header("Prefer", "wait=60")
                .delete(BACKUPS + "/" + old)
                .then()
                .statusCode(200)
                .body("state", is("SUCCEEDED"))
                .body("kind", is("backup-delete"))
                .body("result.swept", is(true))
                .extract()
                .jsonPath()
                .getLong("id");

        assertThat(folder).doesNotExist();
        asAdmin().get(BACKUPS + "/" + old).then().statusCode(404);
        asAdmin()
                .header("If-Match", tag)
                .header("Idempotency-Key", key)
                .delete(BACKUPS + "/" + old)
                .then()
                .statusCode(200)
                .header("Idempotency-Replayed", "true")
                .body("id", is((int) job));
        asAdmin().header("If-Match", tag).delete(BACKUPS + "/" + old).then().statusCode(404);
        asAdmin()
                .delete(BACKUPS + "/" + kept.real + "?force=maybe")
                .then()
                .statusCode(400)
                .body("code", is("invalid-parameter"));
        assertThat(kept.count("SELECT count(*) FROM backup_leftover WHERE backup = $1", old))
                .isZero();
    }

    @Test
    void deletesNothingThatIsHeldOrReadOrTheLastProof() throws Exception {
        var kept = new KeptBackups(store);
        long older = kept.daysAgo(3);
        long proven = kept.daysAgo(2);
        kept.proven(older, proven);

        delete(proven, "").statusCode(409).body("code", is("backup-last-proven"));
        hold(proven, "evidence").statusCode(200).body("hold", is("evidence"));
        delete(proven, "?force=true").statusCode(409).body("code", is("backup-held"));
        hold(proven, null).statusCode(200).body("hold", nullValue());
        long reader = ApiJobs.started(ApiJobs.sleep(kept.target.name, "0s").put("notBefore", "2999-01-01T00:00:00Z"));
        reads.begin(proven, reader);
        delete(proven, "?force=true").statusCode(409).body("code", is("backup-being-read"));
        JsonPath plan = kept.prune("plan", LAST_ONE);
        assertThat(plan.getList("result.backups.find { it.backup == " + proven + " }.keptFor"))
                .isEqualTo(List.of("read by job " + reader, "last proven"));
        ApiJobs.cancel(reader);

        delete(proven, "?force=true").statusCode(200).body("state", is("SUCCEEDED"));

        assertThat(kept.there()).contains(older).doesNotContain(proven);
    }

    /// By the door for all kinds, where nobody looks before the job runs.
    @Test
    void theJobLooksAgain() {
        var kept = new KeptBackups(store);
        var other = new BackupTarget(17);
        JsonObject request = new JsonObject().put("kind", "backup-delete").put("backup", kept.real);
        hold(kept.real, "case").statusCode(200);

        JsonPath held = done("/api/v1/jobs", request.copy().put("target", kept.target.name));
        JsonPath foreign = done("/api/v1/jobs", request.copy().put("target", other.name));

        assertThat(held.getString("error.code")).isEqualTo("backup-held");
        assertThat(held.getInt("attempt")).isEqualTo(1);
        assertThat(foreign.getString("error.code")).isEqualTo("not-found");
        assertThat(kept.there()).containsExactly(kept.real);
    }

    @Test
    void theStoreItselfRefusesToForgetWhatIsHeldOrRead() throws Exception {
        var kept = new KeptBackups(store);
        long reader = ApiJobs.started(ApiJobs.sleep(kept.target.name, "0s").put("notBefore", "2999-01-01T00:00:00Z"));
        reads.begin(kept.real, reader);
        reads.begin(kept.real, reader);
        assertThatThrownBy(() -> kept.update("DELETE FROM backup WHERE id = $1", kept.real))
                .hasMessageContaining("backup_reading");
        reads.end(kept.real, reader);
        hold(kept.real, "case").statusCode(200);
        assertThatThrownBy(() -> kept.update("DELETE FROM backup WHERE id = $1", kept.real))
                .hasMessageContaining("is held: case");
        assertThatThrownBy(() -> reads.begin(Long.MAX_VALUE, reader)).hasMessageContaining("not-found");
        ApiJobs.cancel(reader);
    }

    @Test
    void whatDiesBeforeTheSweepLeavesFilesThatAreSweptLater() throws Exception {
        var kept = new KeptBackups(store);
        long old = kept.daysAgo(2);
        Path folder = kept.folder(old);

        deletion.delete(kept.target.name, old, false, kept.real);

        assertThat(kept.there()).containsExactly(kept.real);
        assertThat(deletion.doneBy(kept.real, kept.target.name))
                .as("what a second attempt finds out about the first")
                .singleElement()
                .satisfies(done -> assertThat(done.backup()).isEqualTo(old));

        leftovers.sweep();

        assertThat(folder).doesNotExist();
        assertThat(kept.folder(kept.real)).exists();
        assertThat(kept.count("SELECT count(*) FROM backup_leftover WHERE backup = $1", old))
                .isZero();
    }

    @Test
    void holdsAndReleasesWithAnAuditRowEach() {
        var kept = new KeptBackups(store);
        String operator = ApiTokens.with(Role.OPERATOR);
        String admin = ApiTokens.with(Role.ADMIN);
        String before = tag(kept.real);

        patch(operator, kept.real, "{\"hold\": \"case\", \"expiresAt\": \"2999-01-01T00:00:00Z\"}")
                .statusCode(200)
                .header("ETag", not(before))
                .body("hold", is("case"))
                .body("expiresAt", is("2999-01-01T00:00:00Z"));
        patch(operator, kept.real, "{\"hold\": null}")
                .statusCode(403)
                .body("detail", containsString("backups-release"));
        patch(operator, kept.real, "{\"expiresAt\": \"2998-01-01T00:00:00Z\"}").statusCode(403);
        patch(operator, kept.real, "{\"expiresAt\": \"3000-01-01T00:00:00Z\"}").statusCode(200);
        patch(ApiTokens.with(Role.VIEWER), kept.real, "{\"hold\": \"mine\"}").statusCode(403);
        patch(admin, kept.real, "{\"hold\": null, \"expiresAt\": null}")
                .statusCode(200)
                .body("hold", nullValue())
                .body("expiresAt", nullValue());

        asAdmin()
                .get("/api/v1/audit?target=" + kept.target.name)
                .then()
                .body("items.action", hasItems("backup.hold", "backup.release", "backup.expiry"))
                .body("items.find { it.action == 'backup.release' }.detail.hold", is("case"))
                .body("items.find { it.action == 'backup.hold' }.object", is("backup/" + kept.real));
    }

    @Test
    void nobodysChangeIsLost() {
        var kept = new KeptBackups(store);
        String read = tag(kept.real);
        hold(kept.real, "first").statusCode(200);

        asAdmin()
                .contentType("application/merge-patch+json")
                .header("If-Match", read)
                .body("{\"hold\": \"second\"}")
                .patch(BACKUPS + "/" + kept.real)
                .then()
                .statusCode(412);
        asAdmin()
                .contentType("application/merge-patch+json")
                .body("{\"hold\": \"second\"}")
                .patch(BACKUPS + "/" + kept.real)
                .then()
                .statusCode(428);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"hold": ""}                            | /hold
            {"hold": "a\\u0007b"}                   | /hold
            {"hold": 7}                             | /hold
            {"expiresAt": "2020-01-01T00:00:00Z"}   | /expiresAt
            {"expiresAt": "tomorrow"}               | /expiresAt
            {"proof": {"verdict": "PROVEN"}}        | /proof
            []                                      | ``
            """)
    void refusesAPatchThatMakesNoSense(String body, String pointer) {
        var kept = KEPT.computeIfAbsent("patch", _ -> new KeptBackups(store));
        patch(ApiTokens.admin(), kept.real, body).statusCode(400).body("errors.pointer", is(List.of(pointer)));
    }

    @Test
    void onlyOperatorsStartThese() {
        String viewer = ApiTokens.with(Role.VIEWER);
        for (String path : List.of("/api/v1/backup-prunings", "/api/v1/backup-checks", BACKUPS + "/1/checks")) {
            as(viewer)
                    .contentType(ContentType.JSON)
                    .body("{}")
                    .post(path)
                    .then()
                    .statusCode(403);
        }
        as(viewer).delete(BACKUPS + "/1").then().statusCode(403);
        as(viewer).get("/api/v1/backup-health").then().statusCode(200);
    }

    @Test
    void whereDeletionsAreProtectedSomebodyElseApprovesThem() {
        var kept = new KeptBackups(store);
        asAdmin()
                .contentType("application/merge-patch+json")
                .header("If-Match", "*")
                .body("{\"protection\": {\"approvals\": 1, \"kinds\": [\"backup-delete\"]}}")
                .patch("/api/v1/targets/" + kept.target.name)
                .then()
                .statusCode(200);

        asAdmin()
                .header("If-Match", tag(kept.real))
                .delete(BACKUPS + "/" + kept.real)
                .then()
                .statusCode(202)
                .body("state", is("PENDING_APPROVAL"));
        asAdmin()
                .contentType(ContentType.JSON)
                .body(kept.target.request().put("rules", LAST_ONE).encode())
                .post("/api/v1/backup-prunings")
                .then()
                .statusCode(202)
                .body("state", is("PENDING_APPROVAL"));
    }

    @Test
    void tellsTheLatest() {
        var kept = new KeptBackups(store);
        long proven = kept.daysAgo(2);
        long broken = kept.taken(Instant.now().plus(Duration.ofHours(1)));
        kept.proven(proven);
        kept.update("UPDATE backup SET verdict = 'BROKEN', judged_at = now(), judged_by = 1 WHERE id = $1", broken);

        asAdmin()
                .get(BACKUPS + "/latest?target=" + kept.target.name)
                .then()
                .statusCode(200)
                .body("newest.id", is((int) kept.real))
                .body("proven.id", is((int) proven));
        asAdmin().get(BACKUPS + "/latest").then().statusCode(400).body("code", is("invalid-parameter"));
        asAdmin().get(BACKUPS + "/latest?target=none").then().statusCode(200).body("newest", nullValue());
    }
}
