package io.lockkeeper.timeout;

import static io.lockkeeper.security.ApiTokens.asAdmin;
import static io.lockkeeper.timeout.PolicyTarget.onDatabase;
import static io.lockkeeper.timeout.PolicyTarget.onRole;
import static io.lockkeeper.timeout.PolicyTarget.policy;
import static io.lockkeeper.timeout.PolicyTarget.quoted;
import static io.lockkeeper.timeout.PolicyTarget.rule;
import static io.lockkeeper.timeout.PolicyTarget.run;
import static io.lockkeeper.timeout.PolicyTarget.succeeded;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is computed, real logins prove, wherever some target has the credential.
@QuarkusTest
class ObservationApiTest {

    @ParameterizedTest
    @ValueSource(ints = {15, 18})
    void everyRegisteredRoleOfTheServerShowsWhatItGets(int major) {
        PolicyTarget at = new PolicyTarget(major);
        String db = at.database.database();
        String other = at.databaseNamed("other");
        String app = at.role("app", "LOGIN");
        String worker = at.role("worker", "LOGIN");
        String nobody = at.role("nobody", "LOGIN");
        String target = at.registered();
        String ofApp = at.registeredAs(app, other);
        String ofWorker = at.registeredAs(worker);

        JsonPath job = run(policy(
                target,
                onDatabase(db, "lock_timeout=5s"),
                rule("roleInDatabase", db, app, "lock_timeout=1s"),
                onRole(app, "deadlock_timeout=3s"),
                onRole(nobody, "lock_timeout=2s")));

        succeeded(job);
        assertThat(job.getList("result.changes.findAll { it.observed != null }"))
                .isEmpty();
        Map<String, Object> inside = observed(job, app, db);
        assertThat(inside).containsEntry("through", ofApp).doesNotContainKey("because");
        assertThat(inside.get("settings").toString())
                .contains("value=1s, source=database user", "value=3s, source=user");
        assertThat(observed(job, app, other).get("settings").toString())
                .contains("deadlock_timeout", "value=3s")
                .doesNotContain("value=1s");
        assertThat(observed(job, worker, db))
                .containsEntry("through", ofWorker)
                .extracting("settings")
                .asString()
                .contains("value=5s, source=database}");
        assertThat(observed(job, at.database.username(), db)).containsEntry("through", target);
        assertThat(job.getList("result.observed.deviations").toString()).isEqualTo("[[], [], [], []]");
        assertThat(job.getString("result.coverage")).contains(nobody, "no target on this server");
    }

    private static Map<String, Object> observed(JsonPath job, String role, String database) {
        return job.<Map<String, Object>>getList("result.observed").stream()
                .filter(each ->
                        each.get("role").equals(role) && each.get("database").equals(database))
                .findFirst()
                .orElseThrow(() -> new AssertionError(job.prettify()));
    }

    @Test
    void whatCouldNotBeObservedHasItsReason() {
        PolicyTarget at = new PolicyTarget(15);
        String closed = at.databaseNamed("closed");
        String locked = at.role("locked", "LOGIN");
        String kept = at.role("kept", "LOGIN");
        String target = at.registered();
        at.registeredAs(locked);
        at.registeredAs(kept);
        at.sql(
                "ALTER DATABASE " + quoted(closed) + " ALLOW_CONNECTIONS false",
                "REVOKE CONNECT ON DATABASE " + at.database.database() + " FROM " + kept,
                "ALTER ROLE " + quoted(locked) + " PASSWORD 'another'");

        JsonPath job = run(policy(
                target,
                onDatabase(closed, "lock_timeout=5s"),
                onDatabase(at.database.database(), "tcp_keepalives_idle=0s"),
                onRole(locked, "lock_timeout=1s")));

        succeeded(job);
        assertThat(observed(job, locked, at.database.database()).get("because").toString())
                .containsIgnoringCase("password");
        assertThat(job.getList("result.observed.database", String.class)).doesNotContain(closed);
        assertThat(job.getList("result.observed.role", String.class)).doesNotContain(kept); // it may not connect
        assertThat(job.getString("result.notes")).contains(closed + " accepts no connections");
        assertThat(observed(job, at.database.username(), at.database.database()).get("deviations"))
                .hasToString("[]");
        assertThat(timeouts(target, "?role=" + locked + "&database=" + closed).getString("effective[0].because"))
                .contains("accepts no connections");
        assertThat(timeouts(target, "?role=" + kept).getString("effective[0].because"))
                .contains("may not log in");
    }

    @Test
    void aDeviationIsTold() {
        PolicyTarget at = new PolicyTarget(18);
        String app = at.role("app", "LOGIN");
        String target = at.registered();
        at.registeredAs(app);
        at.sql(
                "CREATE FUNCTION meddle() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN"
                        + " SET lock_timeout = '7s'; END $$",
                "CREATE EVENT TRIGGER meddle ON login EXECUTE FUNCTION meddle()");

        JsonPath job = run(policy(target, onRole(app, "lock_timeout=1s")));

        succeeded(job);
        assertThat(observed(job, app, at.database.database()).get("deviations").toString())
                .contains("lock_timeout is 7s (session), and should be 1s (user)");
    }

    @ParameterizedTest
    @ValueSource(ints = {15, 18})
    void looksAsTheRoleThatWasAskedFor(int major) {
        PolicyTarget at = new PolicyTarget(major);
        String app = at.role("app", "LOGIN");
        String alone = at.role("alone", "LOGIN");
        String target = at.registered();
        String ofApp = at.registeredAs(app, at.databaseNamed("other"));
        at.sql("ALTER ROLE " + app + " SET lock_timeout = '4s'");

        JsonPath told = timeouts(target, "?role=" + app);
        assertThat(told.getBoolean("effective[0].observed")).isTrue();
        assertThat(told.getString("effective[0].through")).isEqualTo(ofApp);
        assertThat(told.getString("effective[0].settings.lock_timeout")).contains("4s", "role \"" + app);
        told = timeouts(target, "?role=" + alone);
        assertThat(told.getBoolean("effective[0].observed")).isFalse();
        assertThat(told.getString("effective[0].because")).contains("no target");
        List<Map<String, Object>> all = timeouts(target, "").getList("effective.findAll { it.observed }");
        assertThat(all).extracting(each -> each.get("role")).containsExactly(at.database.username());
    }

    private static JsonPath timeouts(String target, String query) {
        return asAdmin()
                .get("/api/v1/targets/" + target + "/timeouts" + query)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }
}
