package io.lockkeeper.backup;

import static io.lockkeeper.backup.BackupTarget.BACKUPS;
import static io.lockkeeper.backup.KeptBackups.delete;
import static io.lockkeeper.backup.KeptBackups.done;
import static io.lockkeeper.backup.KeptBackups.hold;
import static io.lockkeeper.backup.KeptBackups.tag;
import static io.lockkeeper.security.ApiTokens.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.nullValue;

import io.lockkeeper.job.ApiJobs;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.inject.Inject;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// How one backup is deleted, and when it is not.
@QuarkusTest
class BackupDeletionApiTest {
    private static final JsonObject LAST_ONE = new JsonObject().put("last", 1);

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
}
