package io.lockkeeper.restore;

import static io.lockkeeper.security.ApiTokens.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;

import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;

/// Restore tests over the API.
public final class RestoreTests {
    static final String TESTS = "/api/v1/restore-tests";
    static final Path DEPOT = Path.of("target/lockkeeper-test/depot").toAbsolutePath();

    private RestoreTests() {}

    public static JsonObject of(long backup) {
        return new JsonObject().put("backup", backup);
    }

    static long started(JsonObject request) {
        return asAdmin()
                .contentType(ContentType.JSON)
                .body(request.encode())
                .post(TESTS)
                .then()
                .statusCode(202)
                .extract()
                .jsonPath()
                .getLong("id");
    }

    /// The job at its end.
    public static JsonPath ended(JsonObject request) {
        return ended(started(request));
    }

    static JsonPath ended(long job) {
        return Awaitility.await()
                .atMost(Duration.ofSeconds(90))
                .until(() -> job(job), found -> found.getBoolean("done"));
    }

    static JsonPath job(long id) {
        return asAdmin()
                .get("/api/v1/jobs/" + id)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    /// What a test that came to a verdict has found.
    public static JsonPath verdict(JsonObject request) {
        JsonPath job = ended(request);
        assertThat(job.getString("state")).as(job.prettify()).isEqualTo("SUCCEEDED");
        return test(job.getLong("id"));
    }

    static JsonPath test(long id) {
        return asAdmin().get(TESTS + "/" + id).then().statusCode(200).extract().jsonPath();
    }
}
