package io.lockkeeper.job;

import static io.lockkeeper.job.ApiJobs.JOBS;
import static io.lockkeeper.security.ApiTokens.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.notNullValue;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What is wrong with a request for a job is told, all of it at once, and nothing is started.
@QuarkusTest
class JobFaultsApiTest {
    private long newestBefore;

    @BeforeEach
    void remember() {
        newestBefore = newest();
    }

    @AfterEach
    void nothingWasStarted() {
        assertThat(newest()).isEqualTo(newestBefore);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /kind                | {"kind": null}
            /kind                | {"kind": 17}
            /kind                | {"kind": true}
            /kind                | {"kind": ["sleep"]}
            /kind                | {"kind": {}}
            /kind                | {"kind": ""}
            /kind                | {"kind": "SLEEP"}
            /kind                | {"kind": "sleep "}
            /kind                | {"kind": "'; DROP TABLE job; --"}
            /kind                | {"kind": "sleep\\u0000"}
            /target              | {"target": null}
            /target              | {"target": 1}
            /target              | {"target": ""}
            /target              | {"target": "Demo"}
            /target              | {"target": "../demo"}
            /target              | {"target": "a%"}
            /target              | {"target": "t\\u0000"}
            /target              | {"target": "t234567890123456789012345678901234567890123456789012345678901234"}
            /labels              | {"labels": []}
            /labels              | {"labels": "team=a"}
            /labels/team         | {"labels": {"team": 1}}
            /labels/team         | {"labels": {"team": null}}
            /labels/             | {"labels": {"": "a"}}
            /labels/a=b          | {"labels": {"a=b": "c"}}
            /labels/a~1b         | {"labels": {"a/b": []}}
            /priority            | {"priority": -1}
            /priority            | {"priority": 10}
            /priority            | {"priority": 5.0}
            /priority            | {"priority": "5"}
            /priority            | {"priority": 99999999999999999999}
            /priority            | {"priority": 1e400000000}
            /notBefore           | {"notBefore": "tomorrow"}
            /notBefore           | {"notBefore": 1767225600}
            /notBefore           | {"notBefore": "2999-01-01"}
            /notBefore           | {"notBefore": "2999-01-01T00:00:00"}
            /notBefore           | {"notBefore": "+999999999-01-01T00:00:00Z"}
            /deadline            | {"deadline": "2020-01-01T00:00:00Z"}
            /deadline            | {"deadline": "2999-02-30T00:00:00Z"}
            /deadline            | {"deadline": "2999-01-01T00:00:00Z", "notBefore": "2999-01-01T00:00:00Z"}
            /onConflict          | {"onConflict": "ignore"}
            /onConflict          | {"onConflict": "REJECT"}
            /onConflict          | {"onConflict": true}
            /duration            | {"duration": null}
            /duration            | {"duration": 2}
            /duration            | {"duration": "2"}
            /duration            | {"duration": "-2s"}
            /duration            | {"duration": "2h"}
            /duration            | {"duration": "99999999999999999999s"}
            /colour              | {"colour": "red"}
            /id                  | {"id": 1}
            /state               | {"state": "SUCCEEDED"}
            /requestedBy         | {"requestedBy": {"subject": "eve"}}
            /spec                | {"spec": {"duration": "2s"}}
            /__proto__           | {"__proto__": {}}
            """)
    void tellsEveryBadField(String pointer, String change) {
        JsonObject request =
                new JsonObject().put("kind", "sleep").put("target", "demo").put("duration", "1s");
        String body = request.mergeIn(new JsonObject()).encode();
        String changed =
                body.substring(0, body.length() - 1) + "," + change.strip().substring(1);
        refused(withoutRepetition(changed, change), pointer);
    }

    /// The field that is changed stands for the one that it changes: twice would be another fault.
    private static String withoutRepetition(String body, String change) {
        String name = change.replaceFirst("^\\s*\\{\"([^\"]*)\".*$", "$1");
        int first = body.indexOf("\"" + name + "\":");
        boolean twice = body.indexOf("\"" + name + "\":", first + 1) > 0;
        return twice ? body.substring(0, first) + body.substring(body.indexOf(',', first) + 1) : body;
    }

    @Test
    void demandsWhatIsNeeded() {
        refused("{}", "/kind");
        refused("{\"kind\": \"sleep\"}", "/target", "/duration");
        refused("{\"kind\": \"test-count\", \"target\": \"demo\"}", "/target", "/to");
        refused("{\"kind\": \"test-count\", \"target\": null, \"to\": 1}", "/target");
        refused("{\"kind\": \"probe\", \"target\": \"demo\", \"duration\": \"1s\"}", "/duration");
    }

    @Test
    void tellsAllFaultsAtOnceThoseOfTheSpecToo() {
        refused(
                """
                {"kind": "test-count", "kind": "sleep", "target": "demo", "labels": {"a": 1, "b=": "c"}, "priority": 17,
                 "notBefore": "soon", "deadline": "2020-01-01T00:00:00Z", "onConflict": "x", "more": 1, "to": 0, "how": "UP",
                 "fail": "no", "words": ["", "ok", "far too long a word"], "weights": {"a": 1.5, "a": 2},
                 "pause": {"after": -1, "lasting": 5, "x": 1}}""",
                "/kind",
                "/target",
                "/labels/a",
                "/priority",
                "/notBefore",
                "/deadline",
                "/onConflict",
                "/more",
                "/to",
                "/how",
                "/fail",
                "/words",
                "/words/0",
                "/words/2",
                "/weights/a",
                "/pause/after",
                "/pause/lasting",
                "/pause/x");
    }

    @Test
    void saysWhatIsKnownToWhoMistypesAField() {
        post("{\"kind\": \"probe\", \"target\": \"demo\", \"prio\": 3}")
                .statusCode(400)
                .body("errors[0].pointer", is("/prio"))
                .body("errors[0].detail", containsString("priority"));
        post("{\"kind\": \"prob\", \"target\": \"demo\"}")
                .statusCode(400)
                .body("errors[0].detail", containsString("migration, probe, restore-test, sleep"));
    }

    @Test
    void refusesTooMuch() {
        JsonObject labels = new JsonObject();
        for (int i = 0; i < 33; i++) {
            labels.put("l" + i, "v");
        }
        JsonObject sleep = new JsonObject("{\"kind\": \"sleep\", \"target\": \"demo\", \"duration\": \"1s\"}");
        refused(sleep.copy().put("labels", labels).encode(), "/labels");
        refused(
                sleep.copy()
                        .put("labels", new JsonObject().put("a", "x".repeat(256)))
                        .encode(),
                "/labels/a");
        String name = "n".repeat(256);
        refused(sleep.copy().put("labels", new JsonObject().put(name, "x")).encode(), "/labels/" + name);
        refused(sleep.copy().put("duration", "1".repeat(100_000) + "s").encode(), "/duration");
        refused(sleep.copy().put("kind", "k".repeat(100_000)).encode(), "/kind");
    }

    @Test
    void knowsNoSuchTarget() {
        post("{\"kind\": \"sleep\", \"target\": \"nowhere\", \"duration\": \"1s\"}")
                .statusCode(422)
                .body("code", is("unknown-target"))
                .body("detail", containsString("nowhere"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "\"sleep\"", "17", "null", "true"})
    void refusesWhatIsNoObject(String body) {
        refused(body, "");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "{\"kind\": }",
                "{} {}",
                "{'kind': 'probe'}",
                "kind=probe",
                "{\"a\": NaN}",
                "\u0000"
            })
    void refusesWhatIsNoJson(String body) {
        post(body).statusCode(400).body("code", is("malformed-json")).body("requestId", notNullValue());
    }

    @Test
    void refusesWhatIsNotUtf8AndWhatIsTooDeep() {
        asAdmin()
                .contentType("application/json")
                .body("{\"kind\": \"ä\"}".getBytes(StandardCharsets.ISO_8859_1))
                .post(JOBS)
                .then()
                .statusCode(400)
                .body("code", is("malformed-json"));
        post("{\"a\":".repeat(100) + "1" + "}".repeat(100)).statusCode(400).body("code", is("malformed-json"));
    }

    @Test
    void refusesAHugeBodyAnotherTypeAndAnotherAnswer() {
        post("{\"kind\": \"" + "x".repeat(2_000_000) + "\"}").statusCode(413).body("code", is("too-large"));
        asAdmin()
                .contentType(ContentType.TEXT)
                .body("{}")
                .post(JOBS)
                .then()
                .statusCode(415)
                .body("code", is("unsupported-media-type"));
        asAdmin()
                .contentType(ContentType.JSON)
                .accept("text/html")
                .body("{\"kind\": \"test-count\", \"to\": 1}")
                .post(JOBS)
                .then()
                .statusCode(406)
                .contentType("application/problem+json")
                .body("code", is("not-acceptable"));
        asAdmin().contentType(ContentType.JSON).body("{}").put(JOBS).then().statusCode(405);
    }

    private static void refused(String body, String... pointers) {
        post(body)
                .statusCode(400)
                .contentType("application/problem+json")
                .body("code", is("invalid-request"))
                .body("type", is("urn:lockkeeper:problem:invalid-request"))
                .body("errors.pointer.unique()", containsInAnyOrder(pointers))
                .body("errors.detail", hasItem(notNullValue()));
    }

    private static ValidatableResponse post(String body) {
        return asAdmin()
                .contentType("application/json")
                .body(body.getBytes(StandardCharsets.UTF_8))
                .post(JOBS)
                .then();
    }

    private static long newest() {
        return asAdmin().get(JOBS + "?limit=1").then().extract().jsonPath().getLong("items[0]?.id ?: 0");
    }
}
