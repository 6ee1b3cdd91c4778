package io.lockkeeper.http;

import static io.lockkeeper.security.ApiTokens.asAdmin;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.config.EncoderConfig;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
class EdgeApiTest {
    private static final String EDGE = "/api/v1/edge";

    @TestHTTPResource
    URI server;

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
    void tellsAllFaultsOfABody() {
        problem(
                        400,
                        "invalid-request",
                        asAdmin()
                                .contentType(ContentType.JSON)
                                .body("{\"name\": \"A\", \"more\": 1, \"count\": \"1\", \"tags\": [\" \"]}")
                                .post(EDGE)
                                .then())
                .body("errors.pointer", hasItems("/name", "/more", "/count", "/tags/0"))
                .body("title", is("Invalid request"))
                .body("instance", is(EDGE));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[1,", "\u0000"})
    void refusesABodyThatIsNotJson(String body) {
        problem(
                400,
                "malformed-json",
                asAdmin().contentType(ContentType.JSON).body(body).post(EDGE).then());
    }

    @Test
    void refusesAPostWithoutABody() {
        problem(
                400,
                "malformed-json",
                asAdmin().contentType(ContentType.JSON).post(EDGE).then());
    }

    @Test
    void refusesAnotherMediaType() {
        problem(
                415,
                "unsupported-media-type",
                asAdmin().contentType(ContentType.TEXT).body("x").post(EDGE).then());
        problem(
                415,
                "unsupported-media-type",
                asAdmin()
                        .config(RestAssured.config()
                                .encoderConfig(EncoderConfig.encoderConfig()
                                        .encodeContentTypeAs("non/sense", ContentType.TEXT)))
                        .contentType("non/sense")
                        .body("{}")
                        .post(EDGE)
                        .then());
        problem(
                415,
                "unsupported-media-type",
                asAdmin().contentType(ContentType.URLENC).body("a=b").post(EDGE).then());
    }

    @Test
    void refusesToAnswerInAnotherMediaType() {
        problem(
                406,
                "not-acceptable",
                asAdmin().accept(ContentType.XML).get(EDGE + "/answer").then());
    }

    @Test
    void namesTheMethodsThatAPathTakes() {
        problem(
                        405,
                        "method-not-allowed",
                        asAdmin().delete(EDGE + "/versions/1").then())
                .header("Allow", "GET, HEAD, OPTIONS, PUT");
        problem(405, "method-not-allowed", asAdmin().get(EDGE).then()).header("Allow", "OPTIONS, POST");
        problem(405, "method-not-allowed", asAdmin().put("/api/v1/tokens").then())
                .header("Allow", "GET, HEAD, OPTIONS, POST");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/nope", "/api", "/api/v1", "/api/v1/nope", "/q/nope", "/api/v1/../x"})
    void hasNothingAtAnUnknownPath(String path) {
        problem(404, "not-found", asAdmin().get(path).then());
        problem(404, "not-found", asAdmin().accept(ContentType.HTML).get(path).then());
    }

    @Test
    void hasNothingAtAPathWhosePartIsNotOfItsType() {
        problem(404, "not-found", asAdmin().get(EDGE + "/versions/x").then());
    }

    @Test
    void refusesParametersThatAreNotWhatTheyShouldBe() {
        problem(400, "invalid-parameter", asAdmin().get(EDGE + "/page?limit=0").then())
                .body("detail", containsString("limit must be a whole number from 1 to 1000"));
        problem(400, "invalid-parameter", asAdmin().get(EDGE + "/page?after=x").then())
                .body("detail", containsString("after"));
        asAdmin().get(EDGE + "/page?limit=5000").then().statusCode(200).body(is("1000"));
        asAdmin().get(EDGE + "/page").then().statusCode(200).body(is("50"));
    }

    @Test
    void refusesTheCharacterThatTheStoreCannotHold() {
        problem(
                400,
                "invalid-parameter",
                asAdmin().urlEncodingEnabled(false).get(EDGE + "/page?x=a%00b").then());
        problem(
                404,
                "not-found",
                asAdmin().urlEncodingEnabled(false).get("/api/v1/targets/a%00b").then());
    }

    @Test
    void refusesABodyThatIsTooLarge() {
        String large = "{\"name\": \"" + "a".repeat(2_000_000) + "\"}";

        problem(
                413,
                "too-large",
                asAdmin().contentType(ContentType.JSON).body(large).post(EDGE).then());
    }

    @Test
    void refusesABodyThatTurnsOutTooLarge() throws IOException {
        String chunk = "10000\r\n" + " ".repeat(0x10000) + "\r\n";

        String answer =
                raw("POST " + EDGE + " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: Bearer "
                        + io.lockkeeper.security.ApiTokens.admin() + "\r\nTransfer-Encoding: chunked\r\n\r\n"
                        + chunk.repeat(20));

        assertThat(answer).startsWith("HTTP/1.1 413").containsIgnoringCase("x-request-id");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/v1/edge/versions/%e4%f6", "/api/v1/%00", "/api/v1/%2e%2e/%2f"})
    void refusesAPathWithStrangeCharacters(String path) throws IOException {
        String answer = raw("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

        assertThat(answer).containsPattern("^HTTP/1.1 40[014]").contains("application/problem+json", "requestId");
    }

    /// By Quarkus, before any code of ours can say something.
    @ParameterizedTest
    @ValueSource(strings = {"/api/v1/%zz", "/%"})
    void refusesAPathThatIsNone(String path) throws IOException {
        assertThat(raw("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 400");
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

    private static ValidatableResponse problem(int status, String code, ValidatableResponse answer) {
        return answer.statusCode(status)
                .contentType("application/problem+json")
                .body("code", equalTo(code))
                .body("type", equalTo("urn:lockkeeper:problem:" + code))
                .body("status", equalTo(status))
                .body("requestId", matchesPattern("[A-Za-z0-9._-]+"));
    }

    private String raw(String request) throws IOException {
        try (Socket socket = new Socket(server.getHost(), server.getPort())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            byte[] answer = new byte[16_384];
            int length = 0;
            for (int read = 0;
                    read >= 0 && !new String(answer, 0, length, StandardCharsets.UTF_8).contains("requestId"); ) {
                read = socket.getInputStream().read(answer, length, answer.length - length);
                length += Math.max(read, 0);
            }
            return new String(answer, 0, length, StandardCharsets.UTF_8);
        }
    }
}
