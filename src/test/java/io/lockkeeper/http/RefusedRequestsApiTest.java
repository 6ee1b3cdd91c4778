package io.lockkeeper.http;

import static io.lockkeeper.http.EdgeProblems.EDGE;
import static io.lockkeeper.http.EdgeProblems.problem;
import static io.lockkeeper.security.ApiTokens.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.is;

import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.config.EncoderConfig;
import io.restassured.http.ContentType;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Requests that get no further than the edge.
@QuarkusTest
class RefusedRequestsApiTest {
    @TestHTTPResource
    URI server;

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
