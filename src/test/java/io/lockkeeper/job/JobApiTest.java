package io.lockkeeper.job;

import static io.lockkeeper.job.ApiJobs.JOBS;
import static io.lockkeeper.job.ApiJobs.await;
import static io.lockkeeper.job.ApiJobs.cancel;
import static io.lockkeeper.job.ApiJobs.later;
import static io.lockkeeper.job.ApiJobs.sleep;
import static io.lockkeeper.job.ApiJobs.start;
import static io.lockkeeper.job.ApiJobs.started;
import static io.lockkeeper.job.ApiJobs.target;
import static io.lockkeeper.security.ApiTokens.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import io.lockkeeper.security.ApiTokens;
import io.lockkeeper.security.Role;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The life of one job, from the request to the retry.
@QuarkusTest
class JobApiTest {
    private static final JsonObject COUNT =
            new JsonObject().put("kind", "test-count").put("to", 3);

    @Test
    void acceptsAJobAndSaysWhereItIs() {
        String target = target();
        String location = start(sleep(target, "10ms").put("labels", new JsonObject().put("team", "payments")))
                .statusCode(202)
                .header("Retry-After", "1")
                .header("Idempotency-Replayed", nullValue())
                .header("Preference-Applied", nullValue())
                .body("id", greaterThan(0))
                .body("kind", is("sleep"))
                .body("target", is(target))
                .body("state", is("QUEUED"))
                .body("done", is(false))
                .body("attempt", is(0))
                .body("maxAttempts", is(3))
                .body("priority", is(5))
                .body("requestedBy.subject", is("admin"))
                .body("requestedBy.via", startsWith("token/"))
                .body("spec", equalTo(Map.of("duration", "10ms")))
                .body("labels", equalTo(Map.of("team", "payments")))
                .body("createdAt", notNullValue())
                .body("approval", nullValue())
                .body("lastSeq", nullValue())
                .extract()
                .header("Location");

        long id = asAdmin()
                .get(location)
                .then()
                .statusCode(200)
                .body("links.self", endsWith(location.replaceFirst(".*(/api/)", "$1")))
                .extract()
                .jsonPath()
                .getLong("id");
        await(id, JobState.SUCCEEDED);
        ApiJobs.get(id)
                .body("done", is(true))
                .body("attempt", is(1))
                .body("result.slept", endsWith("ms"))
                .body("error", nullValue())
                .body("steps.name", hasItem("sleep"))
                .body("steps[0].state", is("SUCCEEDED"))
                .body("worker", notNullValue())
                .body("startedAt", notNullValue())
                .body("finishedAt", notNullValue());
        asAdmin()
                .accept(ContentType.JSON)
                .get(ApiJobs.get(id).extract().<String>path("links.events"))
                .then()
                .statusCode(200)
                .body("items.state", hasItem("SUCCEEDED"));
        asAdmin()
                .accept(ContentType.TEXT)
                .get(ApiJobs.get(id).extract().<String>path("links.log"))
                .then()
                .statusCode(200)
                .header("X-Complete", "true");
    }

    @Test
    void doesNotSendWhatIsKnownAlready() {
        long id = started(later(target()));
        String tag = ApiJobs.get(id).header("ETag", startsWith("\"")).extract().header("ETag");

        asAdmin()
                .header("If-None-Match", tag)
                .get(JOBS + "/" + id)
                .then()
                .statusCode(304)
                .header("ETag", tag)
                .body(is(""));
        cancel(id);
        asAdmin()
                .header("If-None-Match", tag)
                .get(JOBS + "/" + id)
                .then()
                .statusCode(200)
                .header("ETag", not(tag))
                .body("state", is("CANCELLED"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0",
                "999999999999",
                "99999999999999999999",
                "-1",
                "+1",
                "1.0",
                "x",
                "1%202",
                "%D9%A1",
                "1%00",
                "null"
            })
    void knowsNoJobOfThatName(String id) {
        for (String path : new String[] {"", "/events", "/log"}) {
            asAdmin()
                    .urlEncodingEnabled(false)
                    .accept("*/*")
                    .get(JOBS + "/" + id + path)
                    .then()
                    .statusCode(404)
                    .contentType("application/problem+json");
        }
        for (String verb : new String[] {"cancel", "retry", "approve", "reject"}) {
            asAdmin()
                    .urlEncodingEnabled(false)
                    .noContentType()
                    .post(JOBS + "/" + id + "/" + verb)
                    .then()
                    .statusCode(404)
                    .body("code", is("not-found"));
        }
    }

    @Test
    void cancelsAsOftenAsAsked() {
        long id = started(later(target()));
        cancel(id).statusCode(202).body("state", is("CANCELLED")).body("cancelRequestedAt", notNullValue());
        cancel(id).statusCode(200).body("state", is("CANCELLED"));

        long done = preferring("wait=30", COUNT).extract().jsonPath().getLong("id");
        cancel(done).statusCode(200).body("state", is("SUCCEEDED")).body("cancelRequestedAt", nullValue());
    }

    @Test
    void stopsWhatRuns() {
        long id = started(sleep(target(), "1h"));
        await(id, JobState.RUNNING);
        cancel(id).statusCode(202);
        cancel(id).body("cancelRequestedAt", notNullValue());
        var view = await(id, JobState.CANCELLED);
        assertThat(Duration.between(
                        Instant.parse(view.getString("cancelRequestedAt")),
                        Instant.parse(view.getString("finishedAt"))))
                .isLessThan(Duration.ofSeconds(10));
    }

    @Test
    void letsInWhoHasTheRole() {
        String viewer = ApiTokens.with(Role.VIEWER);
        String operator = ApiTokens.with(Role.OPERATOR);
        String approver = ApiTokens.with(Role.APPROVER);
        long id = start(operator, later(target()))
                .statusCode(202)
                .extract()
                .jsonPath()
                .getLong("id");

        for (String token : new String[] {viewer, approver, ApiTokens.with(Role.ADMIN)}) {
            start(token, COUNT).statusCode(403).body("code", is("forbidden"));
            ApiJobs.act(token, id, "cancel").statusCode(403);
            ApiJobs.act(token, id, "retry").statusCode(403);
        }
        for (String token : new String[] {viewer, operator}) {
            ApiJobs.act(token, id, "approve").statusCode(403);
            ApiJobs.act(token, id, "reject").statusCode(403);
        }
        for (String token : new String[] {viewer, operator, approver}) {
            ApiTokens.as(token).get(JOBS + "/" + id).then().statusCode(200);
            ApiTokens.as(token).get(JOBS).then().statusCode(200);
            ApiTokens.as(token).get("/api/v1/kinds").then().statusCode(200);
        }
        ApiJobs.get(id).body("state", is("SCHEDULED"));
        ApiJobs.act(operator, id, "cancel").statusCode(202);
    }

    private static ValidatableResponse preferring(String preference, JsonObject request) {
        return asAdmin()
                .header("Prefer", preference)
                .contentType(ContentType.JSON)
                .body(request.encode())
                .post(JOBS)
                .then();
    }

    private static ValidatableResponse retry(long job) {
        return ApiJobs.act(ApiTokens.admin(), job, "retry");
    }
}
