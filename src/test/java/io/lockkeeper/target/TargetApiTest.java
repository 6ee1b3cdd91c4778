package io.lockkeeper.target;

import static io.lockkeeper.security.ApiTokens.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import io.lockkeeper.postgres.Certificates;
import io.lockkeeper.security.ApiTokens;
import io.lockkeeper.security.Role;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@QuarkusTest
class TargetApiTest {
    private static final String TARGETS = "/api/v1/targets";

    @Inject
    Pool store;

    @Inject
    Targets targets;

    @Test
    void registersShowsAndForgets() {
        String name = fresh();
        String location = create(spec(name))
                .statusCode(201)
                .header("ETag", startsWith("\""))
                .body("name", is(name))
                .body("engine", is("postgresql"))
                .body("port", is(5432))
                .body("tls.mode", is("verify-full"))
                .body("credential", equalTo(Map.of("sealed", true)))
                .body("limits.jobs", is(4))
                .body("warnings", nullValue())
                .extract()
                .header("Location");
        assertThat(location).endsWith(TARGETS + "/" + name);

        String tag = asAdmin()
                .get(TARGETS + "/" + name)
                .then()
                .statusCode(200)
                .extract()
                .header("ETag");
        asAdmin().header("If-None-Match", tag).get(TARGETS + "/" + name).then().statusCode(304);
        asAdmin().header("If-Match", tag).delete(TARGETS + "/" + name).then().statusCode(204);
        asAdmin().get(TARGETS + "/" + name).then().statusCode(404).body("code", is("not-found"));
        assertThat(actions(name)).containsExactly("target.create", "target.delete");
    }

    @Test
    void neverShowsThePassword() {
        String name = fresh();
        create(spec(name).put("credential", json("value", "opensesame")))
                .statusCode(201)
                .body(not(containsString("opensesame")));
        asAdmin().get(TARGETS + "/" + name).then().body(not(containsString("opensesame")));
        asAdmin().get(TARGETS + "?limit=1000").then().body(not(containsString("opensesame")));
        assertThat(one("SELECT to_jsonb(t)::text FROM target t WHERE name = $1", name))
                .doesNotContain("opensesame");
        assertThat(one("SELECT string_agg(to_jsonb(a)::text, '') FROM audit a WHERE target = $1", name))
                .doesNotContain("opensesame");
    }

    @Test
    void takesCertificates(@TempDir Path folder) {
        String ca = Certificates.in(folder).ca();
        create(spec(fresh()).put("tls", json("mode", "verify-ca").put("ca", ca)))
                .statusCode(201)
                .body("tls.ca", is(ca));
    }

    @Test
    void replaysUnderTheSameKey() {
        String name = fresh();
        String key = UUID.randomUUID().toString();
        createUnder(key, spec(name)).statusCode(201).header("Idempotency-Replayed", nullValue());
        createUnder(key, spec(name))
                .statusCode(200)
                .header("Idempotency-Replayed", "true")
                .body("name", is(name));
        createUnder(key, spec(fresh())).statusCode(422).body("code", is("idempotency-key-reused"));
        assertThat(actions(name)).containsExactly("target.create");
    }

    @Test
    void listsByNameByLabelsAndInPages() {
        String mark = "m" + UUID.randomUUID().toString().substring(0, 8);
        for (String env : List.of("dev", "staging", "test")) {
            create(spec(mark + "-" + env).put("labels", json("mark", mark).put("env", env)))
                    .statusCode(201);
        }
        String filter = "?label=mark=" + mark + "&label=env!=staging";
        asAdmin().get(TARGETS + filter).then().body("items.name", equalTo(List.of(mark + "-dev", mark + "-test")));

        String next = asAdmin()
                .get(TARGETS + filter + "&limit=1")
                .then()
                .statusCode(200)
                .body("items.name", equalTo(List.of(mark + "-dev")))
                .extract()
                .path("next");
        asAdmin()
                .get(TARGETS + filter + "&limit=1&cursor=" + next)
                .then()
                .body("items.name", equalTo(List.of(mark + "-test")))
                .body("next", nullValue());
        asAdmin().get(TARGETS + "?cursor=" + next).then().statusCode(400).body("code", is("cursor-mismatch"));
        asAdmin().get(TARGETS + "?label=nonsense").then().statusCode(400).body("code", is("invalid-parameter"));
    }

    @Test
    void onlyAdminsChangeTargetsAndAllMayRead() {
        String name = fresh();
        create(spec(name));
        String operator = ApiTokens.with(Role.OPERATOR);
        ApiTokens.as(operator).get(TARGETS + "/" + name).then().statusCode(200);
        ApiTokens.as(operator)
                .header("If-Match", "*")
                .delete(TARGETS + "/" + name)
                .then()
                .statusCode(403);
        ApiTokens.as(operator)
                .contentType(ContentType.JSON)
                .body(spec(fresh()).encode())
                .post(TARGETS)
                .then()
                .statusCode(403);
    }

    @Test
    void givesTheEngineItsFacts() throws Exception {
        String name = fresh();
        create(spec(name)
                        .put("labels", json("env", "dev"))
                        .put(
                                "protection",
                                new JsonObject("{\"approvals\": 2, \"kinds\": [\"migration\"], \"wayBack\": true}"))
                        .put("limits", new JsonObject("{\"jobs\": 7}")))
                .statusCode(201)
                .body("createdAt", notNullValue());
        TargetFacts facts = targets.find(name).orElseThrow();
        assertThat(facts.labels()).isEqualTo(Map.of("env", "dev"));
        assertThat(facts.approvalsFor("migration", "migration")).isEqualTo(2);
        assertThat(facts.approvalsFor("migration-repair", "migration")).isEqualTo(2);
        assertThat(facts.approvalsFor("backup", "backup")).isZero();
        assertThat(facts.wayBack()).isTrue();
        assertThat(facts.limitJobs()).isEqualTo(7);
        assertThat(targets.lookup(name).await().indefinitely()).contains(facts);
        assertThat(targets.find("nowhere")).isEmpty();
        assertThat(targets.address(facts.id(), "test").password().reveal()).isEqualTo("secret");
        assertThat(targets.address(facts.id(), "test").toString()).doesNotContain("secret");
    }

    private static ValidatableResponse create(JsonObject spec) {
        return asAdmin()
                .contentType(ContentType.JSON)
                .body(spec.encode())
                .post(TARGETS)
                .then();
    }

    private static ValidatableResponse createUnder(String key, JsonObject spec) {
        return asAdmin()
                .header("Idempotency-Key", key)
                .contentType(ContentType.JSON)
                .body(spec.encode())
                .post(TARGETS)
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

    private List<String> actions(String target) {
        String all =
                one("SELECT coalesce(string_agg(action, ' ' ORDER BY id), '') FROM audit WHERE target = $1", target);
        return List.of(all.split(" "));
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
