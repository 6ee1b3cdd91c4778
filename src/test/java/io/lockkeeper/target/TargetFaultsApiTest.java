package io.lockkeeper.target;

import static io.lockkeeper.security.ApiTokens.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What is no target, and why.
@QuarkusTest
class TargetFaultsApiTest {
    private static final String TARGETS = "/api/v1/targets";

    @Inject
    Pool store;

    @Inject
    Targets targets;

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
            /protection/rehearsal        | {"protection": {"rehearsal": "7d"}}
            /protection/rehearsal/within | {"protection": {"rehearsal": {}}}
            /protection/rehearsal/within | {"protection": {"rehearsal": {"within": 7}}}
            /protection/rehearsal/within | {"protection": {"rehearsal": {"within": "5s"}}}
            /protection/rehearsal/within | {"protection": {"rehearsal": {"within": "367d"}}}
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
