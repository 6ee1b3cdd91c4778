package io.lockkeeper.timeout;

import static io.lockkeeper.security.ApiTokens.asAdmin;
import static io.lockkeeper.timeout.PolicyTarget.failed;
import static io.lockkeeper.timeout.PolicyTarget.onRole;
import static io.lockkeeper.timeout.PolicyTarget.policy;
import static io.lockkeeper.timeout.PolicyTarget.run;
import static io.lockkeeper.timeout.PolicyTarget.succeeded;
import static io.lockkeeper.timeout.PolicyTarget.undo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The way back, and what must not be in it.
@QuarkusTest
class TimeoutUndoApiTest {
    @Inject
    Pool store;

    @Test
    void whatChangesTheSameIsProtectedAsThePolicyIs() {
        PolicyTarget at = new PolicyTarget(15);
        String app = at.role("app", "LOGIN");
        String target = at.registered();
        long applied = run(policy(target, onRole(app, "lock_timeout=1s"))).getLong("id");
        String tag = asAdmin().get("/api/v1/targets/" + target).header("ETag");
        asAdmin()
                .contentType("application/merge-patch+json")
                .header("If-Match", tag)
                .body("{\"protection\": {\"approvals\": 1, \"kinds\": [\"timeout-policy\"]}}")
                .patch("/api/v1/targets/" + target)
                .then()
                .statusCode(200);

        for (String path : List.of(
                "/api/v1/timeout-policies/" + applied + "/undo", "/api/v1/targets/" + target + "/timeouts/recycle")) {
            asAdmin()
                    .contentType(ContentType.JSON)
                    .post(path)
                    .then()
                    .statusCode(202)
                    .body("state", is("PENDING_APPROVAL"));
        }
        asAdmin()
                .contentType(ContentType.JSON)
                .body("{\"kind\": \"probe\", \"target\": \"" + target + "\"}")
                .post("/api/v1/jobs")
                .then()
                .body("approval", nullValue());
        asAdmin()
                .get("/api/v1/kinds")
                .then()
                .body("items.find { it.name == 'timeout-recycle' }.protectedAs", is("timeout-policy"))
                .body("items.find { it.name == 'probe' }.protectedAs", is("probe"));
    }

    @Test
    void anUndoWithAKeyIsAnsweredAgainWhenItIsDone() {
        PolicyTarget at = new PolicyTarget(15);
        long applied = run(policy(at.registered(), onRole(at.role("app", "LOGIN"), "lock_timeout=1s")))
                .getLong("id");
        List<Long> answers = new ArrayList<>();
        for (int time = 0; time < 2; time++) {
            answers.add(asAdmin()
                    .contentType(ContentType.JSON)
                    .header("Idempotency-Key", "undo-" + applied)
                    .header("Prefer", "wait=30")
                    .post("/api/v1/timeout-policies/" + applied + "/undo")
                    .then()
                    .statusCode(200)
                    .body("state", is("SUCCEEDED"))
                    .header("Idempotency-Replayed", time == 0 ? nullValue() : is("true"))
                    .extract()
                    .jsonPath()
                    .getLong("id"));
        }
        assertThat(answers).containsOnly(answers.getFirst());
    }

    @ParameterizedTest
    @ValueSource(ints = {15, 18})
    void refusesToUndoWhatWasChangedSince(int major) {
        PolicyTarget at = new PolicyTarget(major);
        String app = at.role("app", "LOGIN");
        JsonPath job = run(policy(at.registered(), onRole(app, "lock_timeout=1s", "statement_timeout=30s")));
        at.sql("ALTER ROLE " + app + " SET lock_timeout = '7s'", "ALTER ROLE " + app + " SET work_mem = '8MB'");

        JsonPath undone = undo(job.getLong("id"));

        failed(undone, "timeouts-drifted");
        assertThat(undone.getInt("error.status")).isEqualTo(409);
        assertThat(undone.getList("error.errors.detail", String.class))
                .hasSize(2)
                .anyMatch(detail -> detail.contains("lock_timeout is '7s'") && detail.contains("'1s'"))
                .anyMatch(detail -> detail.contains("work_mem is '8MB'") && detail.contains("not set"));
        assertThat(at.kept(null, app)).hasSize(3);
    }

    @Test
    void undoesWhatAJobLeftThatDidNotLiveToTell() {
        PolicyTarget at = new PolicyTarget(15);
        String app = at.role("app", "LOGIN");
        String target = at.registered();
        long committed = run(policy(target, onRole(app, "lock_timeout=1s"))).getLong("id");
        long rolledBack =
                run(policy(target, onRole(app, "statement_timeout=30s"))).getLong("id");
        at.sql("ALTER ROLE " + app + " RESET statement_timeout");
        store.preparedQuery("UPDATE timeout_policy SET applied_at = NULL WHERE job_id IN ($1, $2)")
                .execute(Tuple.of(committed, rolledBack))
                .await()
                .indefinitely();
        JsonPath told = asAdmin().get("/api/v1/targets/" + target + "/timeouts").jsonPath();
        assertThat(told.getList("policies")).isEmpty();
        assertThat(told.getList("unsettled.policy", Long.class)).containsExactly(committed);
        assertThat(told.getString("unsettled[0].outcome")).isEqualTo("applied");

        failed(undo(rolledBack), "policy-not-applied");
        succeeded(undo(committed));

        assertThat(at.kept(null, app)).isEmpty();
    }
}
