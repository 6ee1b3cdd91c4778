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
    static final String RUNS = "/api/v1/migration-runs";

    private Rehearsals() {}

    /// Of files on the target's newest backup, which has tables and no history.
    static JsonObject request(String target, String... pathsAndContents) {
        JsonObject allowed =
                new JsonObject().put("rule", "schema-not-empty").put("reason", "a shop that had no migrations");
        return new JsonObject()
                .put("target", target)
                .put("files", files(pathsAndContents))
                .put("allow", new JsonArray().add(allowed))
                .put("rehearseOn", "latest");
    }

    static JsonArray files(String... pathsAndContents) {
        JsonArray files = new JsonArray();
        for (int i = 0; i < pathsAndContents.length; i += 2) {
            files.add(new JsonObject().put("path", pathsAndContents[i]).put("content", pathsAndContents[i + 1]));
        }
        return files;
    }

    /// The same request, to be carried out on the target.
    static JsonObject applied(JsonObject rehearsal) {
        JsonObject apply = rehearsal.copy().put("mode", "apply");
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

    /// What a rehearsal has found that came to an outcome.
    static JsonPath report(JsonObject request) {
        return run(ended(started(request)));
    }

    static JsonPath run(JsonPath job) {
        assertThat(job.getString("state")).as(job.prettify()).isEqualTo("SUCCEEDED");
        return asAdmin()
                .get(RUNS + "/" + job.getLong("id"))
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    /// The first one of a file.
    static Map<String, Object> statement(JsonPath report, String path) {
        List<Map<String, Object>> all =
                report.getList("rehearsal.run.steps.findAll { it.path == '" + path + "' }.statements.flatten()");
        return all.getFirst();
    }
}
