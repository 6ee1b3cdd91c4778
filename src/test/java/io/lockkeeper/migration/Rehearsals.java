package io.lockkeeper.migration;

import static io.lockkeeper.security.ApiTokens.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;

import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.restassured.response.ValidatableResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;

/// Rehearsals over the API.
final class Rehearsals {
    private static final String RUNS = "/api/v1/migration-runs";

    private Rehearsals() {}

    /// Of plain files, on the target's newest backup.
    static JsonObject request(String target, String... pathsAndContents) {
        return new JsonObject()
                .put("target", target)
                .put("files", files(pathsAndContents))
                .put(
                        "allow",
                        new JsonArray()
                                .add(new JsonObject()
                                        .put("rule", "schema-not-empty")
                                        .put("reason", "a shop that had no migrations")))
                .put("rehearseOn", "latest");
    }

    private static JsonArray files(String... pathsAndContents) {
        JsonArray files = new JsonArray();
        for (int i = 0; i < pathsAndContents.length; i += 2) {
            files.add(new JsonObject().put("path", pathsAndContents[i]).put("content", pathsAndContents[i + 1]));
        }
        return files;
    }

    /// The same request, to be carried out.
    static JsonObject applied(JsonObject request) {
        JsonObject apply = request.copy().put("mode", "apply");
        apply.remove("rehearseOn");
        return apply;
    }

    static ValidatableResponse post(JsonObject request) {
        return asAdmin()
                .contentType(ContentType.JSON)
                .body(request.encode())
                .post(RUNS)
                .then();
    }

    static long started(JsonObject request) {
        return post(request).statusCode(202).extract().jsonPath().getLong("id");
    }

    static JsonPath ended(long job) {
        return Awaitility.await()
                .atMost(Duration.ofSeconds(180))
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

    /// The run of a rehearsal that came to an outcome.
    static JsonPath report(JsonObject request) {
        JsonPath job = ended(started(request));
        assertThat(job.getString("state")).as(job.prettify()).isEqualTo("SUCCEEDED");
        return asAdmin()
                .get(RUNS + "/" + job.getLong("id"))
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    /// Of the statement in this line of the first file with it.
    static Map<String, Object> statement(JsonPath report, int line) {
        List<Map<String, Object>> all = report.getList("rehearsal.run.steps.statements.flatten()");
        return all.stream()
                .filter(each -> each.get("line").equals(line))
                .findFirst()
                .orElseThrow();
    }
}
