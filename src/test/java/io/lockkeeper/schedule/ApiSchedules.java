package io.lockkeeper.schedule;

import static io.lockkeeper.security.ApiTokens.asAdmin;

import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.awaitility.Awaitility;

/// Schedules for tests of the running application, made the way that callers make them. They are due on New Year's Day
/// unless a test says otherwise.
final class ApiSchedules {
    static final String SCHEDULES = "/api/v1/schedules";

    private ApiSchedules() {}

    static String fresh() {
        return "s-" + UUID.randomUUID();
    }

    static JsonObject json(String name, Object value) {
        return new JsonObject().put(name, value);
    }

    static JsonObject spec(String name) {
        return json("name", name)
                .put("cron", "@yearly")
                .put("kind", "test-count")
                .put("spec", json("to", 1));
    }

    static ValidatableResponse create(JsonObject spec) {
        return create(spec.encode());
    }

    static ValidatableResponse create(String body) {
        return asAdmin()
                .contentType(ContentType.JSON)
                .body(body)
                .post(SCHEDULES)
                .then();
    }

    static ValidatableResponse create(JsonObject spec, String key) {
        return asAdmin()
                .header("Idempotency-Key", key)
                .contentType(ContentType.JSON)
                .body(spec.encode())
                .post(SCHEDULES)
                .then();
    }

    static ValidatableResponse run(String name, String key) {
        return (key == null ? asAdmin() : asAdmin().header("Idempotency-Key", key))
                .post(SCHEDULES + "/" + name + "/run")
                .then();
    }

    static ValidatableResponse get(String name) {
        return asAdmin().get(SCHEDULES + "/" + name).then();
    }

    static ValidatableResponse patch(String name, String tag, JsonObject patch) {
        return patch(name, tag, patch.encode());
    }

    static ValidatableResponse patch(String name, String tag, String patch) {
        return (tag == null ? asAdmin() : asAdmin().header("If-Match", tag))
                .contentType("application/merge-patch+json")
                .body(patch)
                .patch(SCHEDULES + "/" + name)
                .then();
    }

    static List<Map<String, Object>> runs(String name) {
        return asAdmin()
                .get(SCHEDULES + "/" + name + "/runs")
                .then()
                .statusCode(200)
                .extract()
                .path("items");
    }

    static Map<String, Object> awaitThen(String name, String outcome) {
        return Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(100))
                .until(
                        () -> runs(name).stream().findFirst().orElse(Map.of()),
                        run -> run.get("then") != null && outcome.equals(of(run, "then", "outcome")));
    }

    static Object of(Map<String, Object> tree, String... path) {
        Object at = tree;
        for (String field : path) {
            at = ((Map<?, ?>) at).get(field);
        }
        return at;
    }

    static List<String> actions(Pool store, String name) {
        return store
                .preparedQuery("SELECT action FROM audit WHERE object = $1 ORDER BY id")
                .execute(Tuple.of("schedule/" + name))
                .await()
                .atMost(Duration.ofSeconds(10))
                .stream()
                .map(row -> row.getString(0))
                .toList();
    }

    static String one(Pool store, String sql, Object value) {
        return store.preparedQuery(sql)
                .execute(Tuple.of(value))
                .await()
                .atMost(Duration.ofSeconds(10))
                .iterator()
                .next()
                .getString(0);
    }
}
