package io.lockkeeper.timeout;

import static io.lockkeeper.security.ApiTokens.asAdmin;
import static io.lockkeeper.timeout.PolicyTarget.onDatabase;
import static io.lockkeeper.timeout.PolicyTarget.onRole;
import static io.lockkeeper.timeout.PolicyTarget.policy;
import static io.lockkeeper.timeout.PolicyTarget.quoted;
import static io.lockkeeper.timeout.PolicyTarget.rule;
import static io.lockkeeper.timeout.PolicyTarget.run;
import static io.lockkeeper.timeout.PolicyTarget.succeeded;
import static io.lockkeeper.timeout.PolicyTarget.undo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.is;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
class TimeoutPolicyApiTest {
    @ParameterizedTest
    @ValueSource(ints = {15, 18})
    void appliesToAllScopesAndUndoesExactly(int major) {
        PolicyTarget at = new PolicyTarget(major);
        String app = at.role("app", "LOGIN");
        String db = at.database.database();
        at.sql(
                "ALTER ROLE " + app + " SET search_path TO \"Weird \"\"Schema\", public",
                "ALTER ROLE " + app + " SET application_name TO 'it''s \\ = me'",
                "ALTER ROLE " + app + " SET statement_timeout TO '1.5min'",
                "ALTER ROLE " + app + " SET log_min_duration_statement TO 250");
        List<String> before = at.kept(null, app);

        JsonPath job = run(policy(
                        at.registered(),
                        onDatabase(db, "statement_timeout=60s", "lock_timeout=5s"),
                        onRole(app, "statement_timeout=15m", "idle_in_transaction_session_timeout=1m"),
                        rule("roleInDatabase", db, app, "lock_timeout=500ms"))
                .put("retireUnlisted", true));

        succeeded(job);
        assertThat(at.kept(db, null)).containsExactly("lock_timeout=5s", "statement_timeout=60s");
        assertThat(at.kept(null, app))
                .contains("statement_timeout=15min", "idle_in_transaction_session_timeout=1m".replace("1m", "1min"))
                .doesNotContain("log_min_duration_statement=250")
                .hasSize(4);
        assertThat(at.kept(db, app)).containsExactly("lock_timeout=500ms");
        Map<String, Object> ofDatabase = change(job, "database", "lock_timeout");
        assertThat(ofDatabase).containsEntry("after", "5s").doesNotContainKey("before");
        assertThat(ofDatabase.get("overriddenBy").toString()).contains(app);
        assertThat(job.getString("result.observed[0].settings.lock_timeout")).contains("value:5s", "source:database]");
        assertThat(change(job, "role", "statement_timeout")).containsEntry("before", "1.5min");
        assertThat(change(job, "role", "log_min_duration_statement")).doesNotContainKey("wanted");

        JsonPath undone = undo(job.getLong("id"));

        succeeded(undone);
        assertThat(at.kept(null, app)).isEqualTo(before);
        assertThat(at.kept(db, null)).isEmpty();
        assertThat(at.kept(db, app)).isEmpty();
        asAdmin()
                .contentType(ContentType.JSON)
                .post("/api/v1/timeout-policies/" + job.getLong("id") + "/undo")
                .then()
                .statusCode(409)
                .body("code", is("policy-undone"));
    }

    private static Map<String, Object> change(JsonPath job, String scope, String name) {
        return job.<Map<String, Object>>getList("result.changes").stream()
                .filter(each -> each.get("name").equals(name)
                        && ((Map<?, ?>) each.get("place")).get("scope").equals(scope))
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(ints = {15, 18})
    void aPlanTellsTheSameAndChangesNothing(int major) {
        PolicyTarget at = new PolicyTarget(major);
        String db = at.database.database();

        JsonPath job = run(
                policy(at.registered(), onDatabase(db, "statement_timeout=60s")).put("mode", "plan"));

        succeeded(job);
        assertThat(change(job, "database", "statement_timeout").get("effective").toString())
                .contains("value=1min", "source=database");
        assertThat(job.getBoolean("result.applied")).isFalse();
        assertThat(at.kept(db, null)).isEmpty();
        asAdmin()
                .contentType(ContentType.JSON)
                .post("/api/v1/timeout-policies/" + job.getLong("id") + "/undo")
                .then()
                .statusCode(409)
                .body("code", is("policy-not-applied"))
                .body("detail", containsString("only planned"));
        asAdmin()
                .contentType(ContentType.JSON)
                .post("/api/v1/timeout-policies/999999999/undo")
                .then()
                .statusCode(404);
    }

    @ParameterizedTest
    @ValueSource(ints = {15, 18})
    void takesNamesAsTheyAre(int major) {
        PolicyTarget at = new PolicyTarget(major);
        for (String stem : List.of("a\"\"b", "two words ", "straße=π ", "x".repeat(55), "Upper", "'; DROP --")) {
            String role = at.role(stem, "NOLOGIN");
            String database = at.databaseNamed(stem);
            at.sql("ALTER DATABASE " + quoted(database) + " ALLOW_CONNECTIONS false");

            JsonPath job = run(policy(
                    at.registered(),
                    onDatabase(database, "lock_timeout=1s"),
                    onRole(role, "lock_timeout=2s"),
                    rule("roleInDatabase", database, role, "lock_timeout=3s")));

            succeeded(job);
            assertThat(at.kept(database, null)).containsExactly("lock_timeout=1s");
            assertThat(at.kept(null, role)).containsExactly("lock_timeout=2s");
            assertThat(at.kept(database, role)).containsExactly("lock_timeout=3s");
            assertThat(job.getString("result.notes")).contains("cannot log in");
            succeeded(undo(job.getLong("id")));
            assertThat(at.kept(null, role)).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {15, 18})
    void setsAndUnsetsTheServersOwn(int major) {
        PolicyTarget at = new PolicyTarget(major);
        String target = at.registered();
        JsonObject server = rule("server", null, null, "log_lock_waits=on", "wal_receiver_timeout=90s");

        JsonPath job = run(policy(target, server));

        succeeded(job);
        assertThat(change(job, "server", "wal_receiver_timeout").get("after")).isEqualTo("90s");
        assertThat(change(job, "server", "wal_receiver_timeout")
                        .get("effective")
                        .toString())
                .contains("value=90s", "source=configuration file");
        JsonPath undone = undo(job.getLong("id"));
        succeeded(undone);
        JsonPath again = run(policy(target, server).put("mode", "plan"));
        assertThat(change(again, "server", "wal_receiver_timeout")).doesNotContainKey("before");
    }

    /// Whatever their order was: each found what the one before it had left, and none saw half of another.
    @ParameterizedTest
    @ValueSource(ints = {15, 18})
    void concurrentAppliesFromTwoDatabasesFormAChain(int major) {
        PolicyTarget at = new PolicyTarget(major);
        String app = at.role("app", "LOGIN");
        List<String> targets = List.of(at.registered(), at.registeredIn(at.databaseNamed("other")));
        List<Long> jobs = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            String value = (i + 1) + "s";
            JsonObject policy =
                    policy(targets.get(i % 2), onRole(app, "lock_timeout=" + value, "deadlock_timeout=" + value));
            jobs.add(asAdmin()
                    .contentType(ContentType.JSON)
                    .body(policy.encode())
                    .post("/api/v1/timeout-policies")
                    .then()
                    .statusCode(202)
                    .extract()
                    .jsonPath()
                    .getLong("id"));
        }

        List<String> before = new ArrayList<>();
        List<String> after = new ArrayList<>();
        for (long id : jobs) {
            JsonPath job = ended(id);
            succeeded(job);
            assertThat(change(job, "role", "lock_timeout").get("before"))
                    .isEqualTo(change(job, "role", "deadlock_timeout").get("before"));
            before.add(String.valueOf(change(job, "role", "lock_timeout").get("before")));
            after.add(String.valueOf(change(job, "role", "lock_timeout").get("wanted")));
        }
        assertThat(before).doesNotHaveDuplicates().contains("null");
        after.removeAll(before);
        assertThat(at.kept(null, app))
                .containsExactly("deadlock_timeout=" + after.getFirst(), "lock_timeout=" + after.getFirst());
    }

    private static JsonPath ended(long id) {
        return Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> asAdmin().get("/api/v1/jobs/" + id).jsonPath(), job -> job.getBoolean("done"));
    }

    @Test
    void startsOneJobForEachTargetThatMatches() {
        PolicyTarget at = new PolicyTarget(15);
        String app = at.role("app", "LOGIN");
        String fleet = "f" + UUID.randomUUID();
        JsonObject labels = new JsonObject().put("labels", new JsonObject().put("fleet", fleet));
        List<String> names = List.of(at.registered(labels), at.registered(labels));
        JsonObject request = policy("x", onRole(app, "lock_timeout=1s"));
        request.remove("target");

        for (int time = 0; time < 2; time++) {
            asAdmin()
                    .contentType(ContentType.JSON)
                    .header("Idempotency-Key", fleet)
                    .body(request.copy()
                            .put("targets", new JsonArray().add("fleet=" + fleet))
                            .encode())
                    .post("/api/v1/timeout-policies")
                    .then()
                    .statusCode(202)
                    .body("items.target", hasItems(names.toArray()))
                    .body("items.size()", is(2));
        }
        asAdmin()
                .get("/api/v1/jobs?kind=timeout-policy&target=" + names.getFirst())
                .then()
                .body("items.size()", is(1));
        refused(request.copy().put("targets", new JsonArray().add("fleet=none")), 422, "no-target-matches");
        refused(request.copy().put("targets", new JsonArray().add("fleet")), 400, "invalid-request");
        refused(request.copy().put("targets", new JsonArray().add("a=b")).put("target", "x"), 400, "invalid-request");
    }

    private static void refused(JsonObject request, int status, String code) {
        asAdmin()
                .contentType(ContentType.JSON)
                .body(request.encode())
                .post("/api/v1/timeout-policies")
                .then()
                .statusCode(status)
                .body("code", is(code));
    }
}
