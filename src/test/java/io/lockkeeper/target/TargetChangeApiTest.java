package io.lockkeeper.target;

import static io.lockkeeper.security.ApiTokens.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.is;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// Targets as they change, and those that must not yet go.
@QuarkusTest
class TargetChangeApiTest {
    private static final String TARGETS = "/api/v1/targets";

    @Inject
    Pool store;

    @Inject
    Targets targets;

    @Test
    void changesByMergePatch() {
        String name = fresh();
        String tag = create(spec(name).put("labels", json("env", "dev").put("team", "a")))
                .extract()
                .header("ETag");
        String sealed = one("SELECT credential_sealed FROM target WHERE name = $1", name);

        String changed = patch(name, tag, "{\"port\": 6432, \"labels\": {\"team\": null, \"tier\": \"1\"}}")
                .statusCode(200)
                .body("port", is(6432))
                .body("labels", equalTo(Map.of("env", "dev", "tier", "1")))
                .body("credential", equalTo(Map.of("sealed", true)))
                .extract()
                .header("ETag");

        assertThat(changed).isNotEqualTo(tag);
        assertThat(one("SELECT credential_sealed FROM target WHERE name = $1", name))
                .isEqualTo(sealed);
        patch(name, tag, "{\"port\": 1}").statusCode(412).body("code", is("precondition-failed"));
        patch(name, changed, "{\"credential\": {\"value\": \"new\"}}").statusCode(200);
        assertThat(one("SELECT credential_sealed FROM target WHERE name = $1", name))
                .isNotEqualTo(sealed);
        assertThat(one("SELECT detail::text FROM audit WHERE target = $1 ORDER BY id DESC LIMIT 1", name))
                .isEqualTo("{\"fields\": [\"credential\"]}");
    }

    @Test
    void readsThePatchedTargetAsStrictlyAsANewOne() {
        String name = fresh();
        String tag = create(spec(name)).extract().header("ETag");
        patch(name, tag, "{\"name\": \"other\", \"port\": 0, \"host\": null, \"colour\": 1, \"limits\": 7}")
                .statusCode(400)
                .body("errors.pointer", hasItems("/name", "/port", "/host", "/colour", "/limits"));
        patch(name, tag, "{\"credential\": null}").statusCode(400);
        asAdmin()
                .contentType("application/merge-patch+json")
                .header("If-Match", tag)
                .body("[]")
                .patch(TARGETS + "/" + name)
                .then()
                .statusCode(400);
        asAdmin().get(TARGETS + "/" + name).then().header("ETag", tag);
    }

    @Test
    void demandsToKnowWhatIsChanged() {
        String name = fresh();
        create(spec(name));
        asAdmin()
                .contentType("application/merge-patch+json")
                .body("{}")
                .patch(TARGETS + "/" + name)
                .then()
                .statusCode(428);
        asAdmin().delete(TARGETS + "/" + name).then().statusCode(428).body("code", is("precondition-required"));
        asAdmin()
                .header("If-Match", "\"0-0\"")
                .delete(TARGETS + "/" + name)
                .then()
                .statusCode(412);
        asAdmin().header("If-Match", "*").delete(TARGETS + "/" + fresh()).then().statusCode(404);
    }

    @Test
    void keepsATargetWithUnfinishedJobs() {
        String name = fresh();
        String tag = create(spec(name)).extract().header("ETag");
        execute(
                "INSERT INTO job (kind, target, target_id, state, due_at, on_lost, spec, max_attempts, requested_by, requested_via)"
                        + " SELECT 'probe', name, id, 'SCHEDULED', now() + interval '1 day', 'restart', '{}', 1, 'test', 'test' FROM target WHERE name = $1",
                name);
        asAdmin()
                .header("If-Match", tag)
                .delete(TARGETS + "/" + name)
                .then()
                .statusCode(409)
                .body("code", is("target-in-use"));

        execute("UPDATE job SET state = 'CANCELLED', due_at = NULL, finished_at = now() WHERE target = $1", name);
        asAdmin().header("If-Match", tag).delete(TARGETS + "/" + name).then().statusCode(204);
    }

    private static ValidatableResponse create(JsonObject spec) {
        return asAdmin()
                .contentType(ContentType.JSON)
                .body(spec.encode())
                .post(TARGETS)
                .then();
    }

    private static ValidatableResponse patch(String name, String tag, String patch) {
        return asAdmin()
                .contentType("application/merge-patch+json")
                .header("If-Match", tag)
                .body(patch)
                .patch(TARGETS + "/" + name)
                .then();
    }

    private static JsonObject spec(String name) {
        return new JsonObject()
                .put("name", name)
                .put("host", "db.internal")
                .put("database", "orders")
                .put("username", "lockkeeper")
                .put("credential", json("value", "secret"));
    }

    private static JsonObject json(String key, String value) {
        return new JsonObject().put(key, value);
    }

    private static String fresh() {
        return "t-" + UUID.randomUUID();
    }

    private String one(String sql, String value) {
        return store.preparedQuery(sql)
                .execute(Tuple.of(value))
                .await()
                .indefinitely()
                .iterator()
                .next()
                .getString(0);
    }

    private void execute(String sql, String value) {
        store.preparedQuery(sql).execute(Tuple.of(value)).await().indefinitely();
    }
}
