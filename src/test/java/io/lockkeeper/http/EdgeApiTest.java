package io.lockkeeper.http;

import static io.lockkeeper.http.EdgeProblems.EDGE;
import static io.lockkeeper.http.EdgeProblems.problem;
import static io.lockkeeper.security.ApiTokens.asAdmin;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What every endpoint does with what it is sent.
@QuarkusTest
class EdgeApiTest {
    @Test
    void writesAnswersByTheRules() {
        asAdmin()
                .get(EDGE + "/answer")
                .then()
                .statusCode(200)
                .body(is(
                        "{\"took\":\"90s\",\"at\":\"2026-01-31T12:00:00.500Z\",\"mode\":\"PLAIN\",\"word\":\"lower-case\","
                                + "\"nothing\":[]}"));
    }

    @Test
    void takesARecordAndWhatTheHeadersAskFor() {
        asAdmin()
                .contentType(ContentType.JSON)
                .header("Idempotency-Key", "k-1")
                .header("Prefer", "wait=61")
                .header("X-Request-Id", "trace-1")
                .body(Specimen.FULL)
                .post(EDGE)
                .then()
                .statusCode(200)
                .header("X-Request-Id", "trace-1")
                .body("name", is("orders"))
                .body("key", matchesPattern("[0-9a-f]{64}"))
                .body("wait", is("wait=60"))
                .body("id", is("trace-1"));
    }

    @Test
    void saysNothingOfTheInsideWhenItFails() {
        problem(500, "internal", asAdmin().get(EDGE + "/bug").then())
                .body(not(containsString("hunter2")))
                .body(not(containsString("IllegalState")));
    }

    @Test
    void asksToTryAgainWhenTheStoreIsAway() {
        problem(503, "unavailable", asAdmin().get(EDGE + "/outage").then())
                .header("Retry-After", "1")
                .body(not(containsString("10.0.0.1")))
                .body("retryAfterSeconds", nullValue());
    }

    @Test
    void deniesAMethodThatForgotToSayWhatItNeeds() {
        problem(403, "forbidden", asAdmin().get(EDGE + "/forgotten").then());
    }

    @Test
    void makesARequestIdOfItsOwnWhereTheCallersIsNotSane() {
        asAdmin()
                .header("X-Request-Id", "a b")
                .get(EDGE + "/answer")
                .then()
                .header("X-Request-Id", matchesPattern("[0-9a-f-]{36}"));
        given().get("/q/health/live").then().header("X-Request-Id", matchesPattern("[0-9a-f-]{36}"));
    }

    @Test
    void sendsHeadersThatKeepBrowsersAndCachesOut() {
        asAdmin()
                .get(EDGE + "/answer")
                .then()
                .header("Cache-Control", "no-store")
                .header("X-Content-Type-Options", "nosniff")
                .header("Content-Security-Policy", containsString("default-src 'none'"));
    }

    @Test
    void answersConditionalRequests() {
        asAdmin().get(EDGE + "/versions/3").then().statusCode(200).header("ETag", "\"17-3\"");
        asAdmin()
                .header("If-None-Match", "\"17-3\"")
                .get(EDGE + "/versions/3")
                .then()
                .statusCode(304)
                .body(is(""))
                .header("ETag", "\"17-3\"");
        asAdmin()
                .header("If-None-Match", "\"a\", W/\"17-3\"")
                .get(EDGE + "/versions/3")
                .then()
                .statusCode(304);
        asAdmin().header("If-None-Match", "*").get(EDGE + "/versions/3").then().statusCode(304);
        asAdmin()
                .header("If-None-Match", "\"17-2\"")
                .get(EDGE + "/versions/3")
                .then()
                .statusCode(200);
    }

    @Test
    void changesOnlyTheVersionThatTheCallerKnows() {
        asAdmin()
                .header("If-Match", "\"17-3\"")
                .put(EDGE + "/versions/3")
                .then()
                .statusCode(204);
        asAdmin().header("If-Match", "*").put(EDGE + "/versions/3").then().statusCode(204);
        problem(
                428,
                "precondition-required",
                asAdmin().put(EDGE + "/versions/3").then());
        problem(
                412,
                "precondition-failed",
                asAdmin()
                        .header("If-Match", "\"17-2\"")
                        .put(EDGE + "/versions/3")
                        .then());
        problem(
                412,
                "precondition-failed",
                asAdmin()
                        .header("If-Match", "W/\"17-3\"")
                        .put(EDGE + "/versions/3")
                        .then());
        problem(
                412,
                "precondition-failed",
                asAdmin().header("If-Match", "17-3").put(EDGE + "/versions/3").then());
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b", "ü"})
    void refusesAnIdempotencyKeyThatIsNone(String key) {
        problem(
                400,
                "invalid-header",
                asAdmin()
                        .contentType(ContentType.JSON)
                        .header("Idempotency-Key", key)
                        .body(Specimen.FULL)
                        .post(EDGE)
                        .then());
    }
}
