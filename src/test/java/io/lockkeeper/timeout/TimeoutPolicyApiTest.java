package io.lockkeeper.timeout;

import static io.lockkeeper.security.ApiTokens.asAdmin;
import static io.lockkeeper.timeout.PolicyTarget.failed;
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
import static org.hamcrest.Matchers.nullValue;

import io.lockkeeper.TestServers;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.SQLException;
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
    @Inject
    Pool store;

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

    @Test
    void tellsAllThatIsWrongWithTheRequestAtOnce() {
        JsonObject request = policy(
                "nowhere",
                onDatabase("d", "statement_timeout=30", "vacuum_cost_delay=2ms", "lock_timeout= "),
                onRole("r".repeat(64), "lock_timeout=1s"),
                rule("role", "d", null, "lock_timeout=1s"),
                onDatabase("d", "lock_timeout=1s"));
        asAdmin()
                .contentType(ContentType.JSON)
                .body(request.put("mode", "maybe").encode())
                .post("/api/v1/timeout-policies")
                .then()
                .statusCode(400)
                .body(
                        "errors.pointer",
                        hasItems(
                                "/mode",
                                "/rules/0/settings/statement_timeout",
                                "/rules/0/settings/vacuum_cost_delay",
                                "/rules/0/settings/lock_timeout",
                                "/rules/1/role",
                                "/rules/2/database",
                                "/rules/2/role"));
    }

    @Test
    void tellsAllThatTheServerHasAgainstItAtOnceAndChangesNothing() {
        PolicyTarget at = new PolicyTarget(15);
        String db = at.database.database();
        String app = at.role("app", "LOGIN");

        JsonPath job = run(policy(
                at.registered(),
                onDatabase(
                        db,
                        "statement_timeout=99d",
                        "lock_timeout=5MB",
                        "idle_in_transaction_session_timeout=100us",
                        "transaction_timeout=1m",
                        "checkpoint_timeout=5m",
                        "log_lock_waits=maybe",
                        "log_statement=everything",
                        "deadlock_timeout=0s"),
                onDatabase("not here", "lock_timeout=1s"),
                onRole("nobody", "lock_timeout=1s"),
                onRole(app, "lock_timeout=1s")));

        failed(job, "policy-does-not-fit");
        assertThat(job.getList("error.errors.pointer", String.class))
                .containsExactlyInAnyOrder(
                        "/rules/0/settings/statement_timeout",
                        "/rules/0/settings/lock_timeout",
                        "/rules/0/settings/idle_in_transaction_session_timeout",
                        "/rules/0/settings/transaction_timeout",
                        "/rules/0/settings/checkpoint_timeout",
                        "/rules/0/settings/log_lock_waits",
                        "/rules/0/settings/log_statement",
                        "/rules/0/settings/deadlock_timeout",
                        "/rules/1/database",
                        "/rules/2/role");
        assertThat(job.getString("error")).contains("since version 17", "this server is a 15", "rounded");
        assertThat(at.kept(null, app)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {15, 18})
    void eachRoleGetsWhatPostgresAllows(int major) {
        PolicyTarget at = new PolicyTarget(major);
        String db = at.database.database();
        String app = at.role("app", "LOGIN");
        String owner = at.role("owner", "LOGIN");
        String creator = at.role("creator", "LOGIN CREATEROLE");
        String plain = at.role("plain", "LOGIN");
        at.sql("ALTER DATABASE " + db + " OWNER TO " + owner);
        if (major >= 16) {
            at.sql("GRANT " + app + " TO " + creator + " WITH ADMIN OPTION");
        }
        JsonObject onDatabase = onDatabase(db, "lock_timeout=1s");
        JsonObject onApp = onRole(app, "lock_timeout=1s");

        succeeded(run(policy(at.registeredAs(owner), onDatabase)));
        forbidden(run(policy(at.registeredAs(owner), onApp)), "CREATEROLE");
        succeeded(run(policy(at.registeredAs(creator), onApp)));
        forbidden(run(policy(at.registeredAs(creator), onDatabase)), "owner of the database");
        forbidden(run(policy(at.registeredAs(plain), onDatabase, onApp)), "owner of the database");
        succeeded(run(policy(at.registeredAs(plain), onRole(plain, "lock_timeout=1s"))));
        forbidden(run(policy(at.registeredAs(plain), onRole(plain, "deadlock_timeout=1s"))), "GRANT SET ON PARAMETER");
        forbidden(run(policy(at.registeredAs(plain), rule("server", null, null, "lock_timeout=1s"))), "ALTER SYSTEM");
        forbidden(
                run(policy(at.registeredAs(owner), rule("everyRole", null, null, "lock_timeout=1s"))),
                "only superusers");
        assertThat(at.kept(null, app)).containsExactly("lock_timeout=1s");
    }

    private static void forbidden(JsonPath job, String hint) {
        failed(job, "policy-does-not-fit");
        assertThat(job.getString("error.errors")).contains(hint);
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

    @Test
    void findsWhatIsLegalAndUnwise() {
        PolicyTarget at = new PolicyTarget(18);
        String db = at.database.database();
        String app = at.role("app", "LOGIN");
        String migrator = at.role("flyway", "LOGIN");
        String standby = at.role("standby", "LOGIN REPLICATION");
        String target = at.registered(new JsonObject().put("labels", new JsonObject().put("env", "production")));
        JsonObject request = policy(
                target,
                onRole(app, "lock_timeout=10s", "statement_timeout=10s"),
                onRole(migrator, "statement_timeout=1h"),
                onRole(standby, "statement_timeout=1h"),
                onDatabase(
                        db,
                        "idle_session_timeout=1h",
                        "idle_in_transaction_session_timeout=2m",
                        "transaction_timeout=1m"),
                rule("roleInDatabase", db, app, "statement_timeout=0s"));

        JsonPath planned = run(request.copy().put("mode", "plan"));
        JsonPath refused = run(request);

        succeeded(planned);
        List<String> rules = planned.getList("result.findings.rule");
        assertThat(rules)
                .containsExactlyInAnyOrder(
                        "lock-timeout-not-below-statement-timeout",
                        "timeout-on-maintenance-role",
                        "timeout-on-replication-role",
                        "idle-session-timeout-behind-a-pooler",
                        "idle-beyond-transaction-timeout",
                        "no-timeout-on-protected-target",
                        "timeout-on-replication-role", // the database's idle_session_timeout
                        "timeout-on-replication-role", // and its transaction_timeout
                        "timeout-on-maintenance-role"); // which ends migrations, too
        failed(refused, "policy-has-findings");
        assertThat(refused.getList("error.errors")).hasSize(9);
        assertThat(at.kept(null, app)).isEmpty();

        JsonArray allow = new JsonArray();
        rules.forEach(rule -> allow.add(new JsonObject().put("rule", rule).put("reason", "a test")));
        JsonPath allowed = run(request.copy().put("allow", allow));

        succeeded(allowed);
        assertThat(allowed.getList("result.findings.reason")).hasSize(9).containsOnly("a test");
        assertThat(at.kept(null, app)).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(ints = {15, 18})
    void namesThoseWhomAWideTimeoutWouldCutOffUnlessTheyAreExempt(int major) {
        PolicyTarget at = new PolicyTarget(major);
        String db = at.database.database();
        String migrator = at.role("flyway", "LOGIN");
        String backup = at.role("pgbackrest", "LOGIN");
        String subscriber = at.role("sub", "LOGIN REPLICATION");
        String stranger = at.role("migrate", "LOGIN");
        at.role("backup", "NOLOGIN");
        at.sql("REVOKE CONNECT ON DATABASE " + db + " FROM " + stranger);
        String target = at.registered(new JsonObject().put("labels", new JsonObject().put("env", "production")));
        JsonObject wide = onDatabase(db, "statement_timeout=30s");

        JsonPath refused = run(policy(target, wide));

        failed(refused, "policy-has-findings");
        List<String> told = refused.getList("error.errors.detail");
        assertThat(told).hasSize(2);
        assertThat(told.getFirst())
                .contains("(" + migrator + ", " + backup + ")")
                .doesNotContain(stranger);
        assertThat(told.getLast()).contains("replication (" + subscriber + ")");

        JsonPath everywhere = run(policy(target, rule("everyRole", null, null, "statement_timeout=30s"))
                .put("mode", "plan"));
        assertThat(everywhere.getString("result.findings.detail")).contains(migrator, stranger, subscriber);
        JsonPath exempt = run(policy(
                target,
                wide,
                rule("roleInDatabase", db, migrator, "statement_timeout=0s"),
                rule("roleInDatabase", db, backup, "statement_timeout=0s"),
                onRole(subscriber, "statement_timeout=0s")));

        succeeded(exempt);
        assertThat(exempt.getList("result.findings")).isEmpty();
    }

    @Test
    void findsThoseWhoRunABackupAtThisMoment() throws SQLException {
        PolicyTarget at = new PolicyTarget(15);
        String nightly = at.role("nightly", "LOGIN");
        try (Connection dump = TestServers.connect(at.server.as(nightly, "secret", at.database.database()))) {
            dump.createStatement().execute("SET application_name = 'pg_dump'");

            JsonPath job = run(policy(at.registered(), onDatabase(at.database.database(), "statement_timeout=30s")));

            failed(job, "policy-has-findings");
            assertThat(job.getString("error.errors")).contains("(" + nightly + ")");
        }
    }

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
