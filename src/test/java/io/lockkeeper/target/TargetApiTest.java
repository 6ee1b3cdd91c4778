package io.lockkeeper.target;

import static io.lockkeeper.security.ApiTokens.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItems;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
    void doesNotRepeatAPasswordInTheProblemAboutIt() {
        create(spec(fresh()).put("credential", json("value", "opensesame").put("key", "x")))
                .statusCode(400)
                .body("errors.pointer", hasItems("/credential"))
                .body(not(containsString("opensesame")));
    }

    @Test
    void refusesASecondOfTheSameName() {
        String name = fresh();
        create(spec(name)).statusCode(201);
        create(spec(name)).statusCode(409).body("code", is("target-exists"));
        assertThat(actions(name)).containsExactly("target.create");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /name                | {"name": "Orders"}
            /name                | {"name": "-x"}
            /name                | {"name": "a b"}
            /name                | {"name": null}
            /engine              | {"engine": "mysql"}
            /host                | {"host": ""}
            /host                | {"host": "postgres://db"}
            /host                | {"host": "db:5432"}
            /host                | {"host": "a,b"}
            /host                | {"host": "/var/run/postgresql"}
            /host                | {"host": "a b"}
            /host                | {"host": "a\\u0000b"}
            /host                | {"host": "@abstract"}
            /port                | {"port": 0}
            /port                | {"port": 65536}
            /port                | {"port": "5432"}
            /database            | {"database": ""}
            /database            | {"database": "a\\u0000b"}
            /database            | {"database": "0123456789012345678901234567890123456789012345678901234567890123"}
            /username            | {"username": "ääääääääääääääääääääääääääääääää"}
            /credential          | {"credential": {}}
            /credential          | {"credential": {"store": "env"}}
            /credential          | {"credential": {"store": "env", "key": "A", "value": "b"}}
            /credential          | {"credential": {"value": ""}}
            /credential/value    | {"credential": {"value": 7}}
            /credential/pass     | {"credential": {"pass": "b"}}
            /credential          | {"credential": null}
            /tls/mode            | {"tls": {"mode": "prefer"}}
            /tls/ca              | {"tls": {"mode": "verify-ca"}}
            /tls/ca              | {"tls": {"ca": "no certificate"}}
            /tls/ca              | {"tls": {"ca": "-----BEGIN CERTIFICATE-----\\nAAAA\\n-----END CERTIFICATE-----"}}
            /labels/env          | {"labels": {"env": "a b"}}
            /labels/env          | {"labels": {"env": 5}}
            /labels/a b          | {"labels": {"a b": "c"}}
            /protection/approvals| {"protection": {"approvals": 11}}
            /protection/kinds/0  | {"protection": {"kinds": ["A!"]}}
            /limits/jobs         | {"limits": {"jobs": 0}}
            /colour              | {"colour": "red"}
            """)
    void tellsEveryBadField(String pointer, String change) {
        JsonObject spec = spec(fresh()).mergeIn(new JsonObject(change));
        create(spec).statusCode(400).body("code", is("invalid-request")).body("errors.pointer", hasItems(pointer));
    }

    @Test
    void tellsAllFaultsAtOnce() {
        JsonObject spec = spec("UPPER")
                .put("host", "a,b")
                .put("port", 0)
                .put("database", "")
                .put("labels", json("env", "a b"))
                .put("limits", new JsonObject().put("jobs", -1));
        create(spec)
                .statusCode(400)
                .body(
                        "errors.pointer",
                        hasItems("/name", "/host", "/port", "/database", "/labels/env", "/limits/jobs"));
    }

    @Test
    void refusesTooManyLabels() {
        JsonObject labels = new JsonObject();
        for (int i = 0; i < 33; i++) {
            labels.put("l" + i, "v");
        }
        create(spec(fresh()).put("labels", labels)).statusCode(400).body("errors.pointer", hasItems("/labels"));
    }

    @Test
    void demandsFullVerificationForProduction() {
        String name = fresh();
        JsonObject weak = spec(name).put("tls", json("mode", "require"));
        create(weak.copy().put("labels", json("env", "prod"))).statusCode(422).body("code", is("tls-too-weak"));
        String tag = create(weak)
                .statusCode(201)
                .body("warnings[0]", containsString("weaker than verify-full"))
                .extract()
                .header("ETag");
        patch(name, tag, "{\"labels\": {\"env\": \"prod\"}}").statusCode(422).body("code", is("tls-too-weak"));
    }

    @Test
    void takesCertificates(@TempDir Path folder) {
        String ca = Certificates.in(folder).ca();
        create(spec(fresh()).put("tls", json("mode", "verify-ca").put("ca", ca)))
                .statusCode(201)
                .body("tls.ca", is(ca));
    }

    @Test
    void refusesHostsThatTheOperatorForbids() {
        create(spec(fresh()).put("host", "169.254.169.254")).statusCode(422).body("code", is("target-host-forbidden"));
    }

    @Test
    void refusesReferencesIntoStoresThatAreNotThere() {
        create(spec(fresh()).put("credential", json("store", "env").put("key", "A")))
                .statusCode(422)
                .body("code", is("secret-store-disabled"));
        create(spec(fresh()).put("credential", json("store", "vault").put("key", "A")))
                .statusCode(422)
                .body("code", is("secret-store-unknown"));
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
                        .put("protection", new JsonObject("{\"approvals\": 2, \"kinds\": [\"migration\"]}"))
                        .put("limits", new JsonObject("{\"jobs\": 7}")))
                .statusCode(201)
                .body("createdAt", notNullValue());
        TargetFacts facts = targets.find(name).orElseThrow();
        assertThat(facts.labels()).isEqualTo(Map.of("env", "dev"));
        assertThat(facts.approvalsFor("migration", "migration")).isEqualTo(2);
        assertThat(facts.approvalsFor("migration-repair", "migration")).isEqualTo(2);
        assertThat(facts.approvalsFor("backup", "backup")).isZero();
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
