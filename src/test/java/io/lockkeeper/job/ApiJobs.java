package io.lockkeeper.job;

import static io.lockkeeper.security.ApiTokens.asAdmin;

import io.lockkeeper.TestServers;
import io.lockkeeper.security.ApiTokens;
import io.lockkeeper.store.StoreAddress;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.restassured.response.ValidatableResponse;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.awaitility.Awaitility;

/// Targets and jobs for tests of the running application, made the way that callers make them.
public final class ApiJobs {
    public static final String JOBS = "/api/v1/jobs";
    static final String PASSWORD = "opensesame-" + UUID.randomUUID();

    private ApiJobs() {}

    /// A target that is a database of its own.
    public static String target() {
        return register(new JsonObject());
    }

    /// The same with more to be said of it.
    public static String register(JsonObject more) {
        StoreAddress database = TestServers.emptyDatabase();
        return registered(new JsonObject()
                .put("host", database.host())
                .put("port", database.port())
                .put("database", database.database())
                .put("username", database.username())
                .put(
                        "credential",
                        new JsonObject().put("value", database.password().orElseThrow()))
                .mergeIn(more));
    }

    /// A target whose server is whatever listens at that port, with a password that nobody may ever see again.
    public static String registerAt(int port, JsonObject more) {
        return registered(new JsonObject()
                .put("host", "localhost")
                .put("port", port)
                .put("database", "d")
                .put("username", "u")
                .put("credential", new JsonObject().put("value", PASSWORD))
                .mergeIn(more));
    }

    private static String registered(JsonObject spec) {
        String name = "t-" + UUID.randomUUID();
        asAdmin()
                .contentType(ContentType.JSON)
                .body(spec.put("name", name)
                        .put("tls", new JsonObject().put("mode", "disable"))
                        .encode())
                .post("/api/v1/targets")
                .then()
                .statusCode(201);
        return name;
    }

    public static JsonObject sleep(String target, String duration) {
        return new JsonObject().put("kind", "sleep").put("target", target).put("duration", duration);
    }

    /// A job that does not start before it is cancelled.
    static JsonObject later(String target) {
        return sleep(target, "0s").put("notBefore", "2999-01-01T00:00:00Z");
    }

    public static ValidatableResponse start(JsonObject request) {
        return start(ApiTokens.admin(), request);
    }

    public static ValidatableResponse start(String token, JsonObject request) {
        return ApiTokens.as(token)
                .contentType(ContentType.JSON)
                .body(request.encode())
                .post(JOBS)
                .then();
    }

    public static long started(JsonObject request) {
        return start(request).statusCode(202).extract().jsonPath().getLong("id");
    }

    public static ValidatableResponse get(long job) {
        return asAdmin().get(JOBS + "/" + job).then().statusCode(200);
    }

    public static ValidatableResponse act(String token, long job, String verb) {
        return ApiTokens.as(token)
                .noContentType()
                .post(JOBS + "/" + job + "/" + verb)
                .then();
    }

    public static ValidatableResponse cancel(long job) {
        return act(ApiTokens.admin(), job, "cancel");
    }

    public static JsonPath await(long job, JobState... states) {
        List<String> wanted = List.of(states).stream().map(Enum::name).toList();
        return Awaitility.await("job " + job + " in " + wanted)
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> get(job).extract().jsonPath(), view -> wanted.contains(view.getString("state")));
    }
}
