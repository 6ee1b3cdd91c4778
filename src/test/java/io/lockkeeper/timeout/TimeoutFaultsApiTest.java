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
import static org.hamcrest.Matchers.hasItems;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is refused before anything changes, all at once.
@QuarkusTest
class TimeoutFaultsApiTest {
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
}
