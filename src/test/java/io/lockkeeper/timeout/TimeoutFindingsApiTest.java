package io.lockkeeper.timeout;

import static io.lockkeeper.security.ApiTokens.asAdmin;
import static io.lockkeeper.timeout.PolicyTarget.failed;
import static io.lockkeeper.timeout.PolicyTarget.onDatabase;
import static io.lockkeeper.timeout.PolicyTarget.onRole;
import static io.lockkeeper.timeout.PolicyTarget.policy;
import static io.lockkeeper.timeout.PolicyTarget.rule;
import static io.lockkeeper.timeout.PolicyTarget.run;
import static io.lockkeeper.timeout.PolicyTarget.succeeded;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.is;

import io.lockkeeper.TestServers;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What PostgreSQL takes and is a mistake all the same.
@QuarkusTest
class TimeoutFindingsApiTest {
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
