package io.lockkeeper.timeout;

import static io.lockkeeper.security.ApiTokens.asAdmin;
import static io.lockkeeper.timeout.PolicyTarget.onDatabase;
import static io.lockkeeper.timeout.PolicyTarget.onRole;
import static io.lockkeeper.timeout.PolicyTarget.policy;
import static io.lockkeeper.timeout.PolicyTarget.rule;
import static io.lockkeeper.timeout.PolicyTarget.run;
import static io.lockkeeper.timeout.PolicyTarget.succeeded;
import static io.lockkeeper.timeout.PolicyTarget.undo;
import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.TestServers;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.vertx.core.json.JsonObject;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
class TimeoutsApiTest {

    @ParameterizedTest
    @ValueSource(ints = {15, 18})
    void computesWhatRealLoginsGet(int major) throws SQLException {
        PolicyTarget at = new PolicyTarget(major);
        String db = at.database.database();
        String app = at.role("app", "LOGIN");
        String target = at.registered();
        succeeded(run(policy(
                target,
                onDatabase(db, "statement_timeout=60s", "lock_timeout=5s", "log_min_duration_statement=1s"),
                onRole(app, "statement_timeout=90m", "tcp_keepalives_count=7", "log_lock_waits=on"),
                rule("roleInDatabase", db, app, "lock_timeout=1500ms"))));

        Map<String, Map<String, String>> computed =
                timeouts(target, "?role=" + app).getMap("effective[0].settings");

        try (Connection login = TestServers.connect(at.server.as(app, "secret", db));
                Statement ask = login.createStatement();
                ResultSet rows = ask.executeQuery("SELECT name, current_setting(name), source FROM pg_settings")) {
            List<String> compared = new ArrayList<>();
            while (rows.next()) {
                Map<String, String> ours = computed.get(rows.getString(1));
                if (ours != null && !rows.getString(1).startsWith("tcp_")) {
                    compared.add(rows.getString(1));
                    assertThat(ours.get("value")).as(rows.getString(1)).isEqualTo(rows.getString(2));
                    assertThat(ours.get("source")).as(rows.getString(1)).isEqualTo(rows.getString(3));
                }
            }
            assertThat(compared).hasSizeGreaterThan(10);
        }
        assertThat(computed.get("lock_timeout")).containsEntry("source", "database user");
        assertThat(timeouts(target, "?role=" + at.database.username()).getBoolean("effective[0].observed"))
                .isTrue();
    }

    private static JsonPath timeouts(String target, String query) {
        return asAdmin()
                .get("/api/v1/targets/" + target + "/timeouts" + query)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    @ParameterizedTest
    @ValueSource(ints = {15, 18})
    void tellsHowTheTargetDriftedFromItsPolicies(int major) {
        PolicyTarget at = new PolicyTarget(major);
        String db = at.database.database();
        String app = at.role("app", "LOGIN");
        String target = at.registered();
        long older = run(policy(target, onDatabase(db, "log_temp_files=9MB"))).getLong("id");
        long newer = run(policy(
                        target,
                        onDatabase(db, "log_temp_files=64MB", "log_lock_waits=on"),
                        onRole(
                                app,
                                "idle_in_transaction_session_timeout=1m",
                                "lock_timeout=90s",
                                "log_lock_waits=off")))
                .getLong("id");
        assertThat(timeouts(target, "").getList("drift")).isEmpty();
        at.sql(
                "ALTER DATABASE " + db + " RESET log_temp_files",
                "ALTER ROLE " + app + " SET idle_in_transaction_session_timeout = '2min'",
                "ALTER ROLE " + app + " SET lock_timeout = '1.5min'",
                "ALTER ROLE " + app + " IN DATABASE " + db + " SET lock_timeout = '1s'",
                "ALTER ROLE " + app + " SET log_min_duration_statement = 5");

        JsonPath told = timeouts(target, "");

        assertThat(told.getList("policies", Long.class)).containsExactly(newer, older);
        assertThat(told.getList("drift.policy", Long.class)).containsOnly(newer);
        assertThat(told.getList("drift.how")).containsExactly("missing", "different", "overridden", "extra");
        assertThat(told.getList("drift.name"))
                .containsExactly(
                        "log_temp_files",
                        "idle_in_transaction_session_timeout",
                        "lock_timeout",
                        "log_min_duration_statement");
        assertThat(told.getString("drift[2].by")).contains("role \"" + app, "in database");
        run(policy(target, onRole(app, "tcp_user_timeout=9s")));
        assertThat(timeouts(target, "").getList("drift.policy", Long.class)).containsOnly(newer); // still watched
        assertThat(told.getString("drift[1].wanted")).isEqualTo("1min");
        assertThat(told.getString("drift[1].actual")).isEqualTo("2min");
    }

    @ParameterizedTest
    @ValueSource(ints = {15, 18})
    void endsIdleSessionsWithOldValuesAndNoOthers(int major) throws SQLException {
        PolicyTarget at = new PolicyTarget(major);
        String app = at.role("app", "LOGIN");
        String other = at.role("other", "LOGIN");
        String target = at.registered();
        try (Connection idle = TestServers.connect(at.server.as(app, "secret", at.database.database()));
                Connection busy = TestServers.connect(at.server.as(app, "secret", at.database.database()));
                Connection stranger = TestServers.connect(at.server.as(other, "secret", at.database.database()))) {
            busy.setAutoCommit(false);
            busy.createStatement().execute("SELECT 1");
            long policy = run(policy(target, onRole(app, "lock_timeout=1s"))).getLong("id");
            try (Connection fresh = TestServers.connect(at.server.as(app, "secret", at.database.database()))) {
                assertThat(timeouts(target, "").getList("oldSessions.role")).containsExactly(app, app);

                JsonPath job = run("/api/v1/targets/" + target + "/timeouts/recycle", new JsonObject());

                succeeded(job);
                assertThat(job.getList("result.ended")).hasSize(1);
                assertThat(job.getString("result.left[0].session.state")).isEqualTo("idle in transaction");
                assertThat(idle.isValid(2)).isFalse();
                assertThat(busy.isValid(2)).isTrue();
                assertThat(stranger.isValid(2)).isTrue();
                assertThat(fresh.isValid(2)).isTrue();
                undo(policy);
                assertThat(timeouts(target, "").getList("oldSessions")).hasSize(2);
            }
        }
    }

    @Test
    void saysWhatAPoorRoleCannotSee() throws SQLException {
        PolicyTarget at = new PolicyTarget(15);
        String plain = at.role("plain", "LOGIN");
        String target = at.registeredAs(plain);
        succeeded(run(policy(target, onRole(plain, "lock_timeout=1s"))));
        try (Connection hidden = TestServers.connect(at.database)) {
            JsonPath told = timeouts(target, "?role=" + plain);
            assertThat(hidden.isValid(2)).isTrue();
            assertThat(told.getString("coverage")).contains("pg_file_settings", "hides it");
            assertThat(told.getString("effective[0].settings.lock_timeout.source"))
                    .isEqualTo("user");
        }
        asAdmin()
                .get("/api/v1/targets/" + target + "/timeouts?role=nobody")
                .then()
                .statusCode(404);
        asAdmin().get("/api/v1/targets/no-such/timeouts").then().statusCode(404);
    }

    @ParameterizedTest
    @ValueSource(ints = {15, 18})
    void itsPresetsFitRealServers(int major) {
        PolicyTarget at = new PolicyTarget(major);
        List<Map<String, Object>> presets = asAdmin()
                .get("/api/v1/timeout-presets")
                .then()
                .statusCode(200)
                .extract()
                .path("items");
        assertThat(presets)
                .extracting(each -> each.get("name"))
                .containsExactly("web", "worker", "analytics", "migration", "human");
        for (Map<String, Object> preset : presets) {
            String role = at.role("p", "LOGIN");
            at.sql("ALTER ROLE " + role + " RENAME TO " + role + preset.get("name"));
            JsonObject rule = rule("role", null, role + preset.get("name"));
            for (Object each : (List<?>) preset.get("settings")) {
                Map<?, ?> setting = (Map<?, ?>) each;
                if ((int) setting.get("since") <= major) {
                    rule.getJsonObject("settings").put((String) setting.get("name"), setting.get("value"));
                }
            }
            JsonPath job = run(policy(at.registered(), rule));
            succeeded(job);
            assertThat(job.getList("result.findings")).isEmpty();
        }
    }
}
