package io.lockkeeper.job;

import static io.lockkeeper.security.ApiTokens.asAdmin;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/// The story of jobs as it is read afterwards: pages, log lines.
@QuarkusTest
class EventsApiTest {
    private static final Duration BOUND = Duration.ofSeconds(20);

    @Test
    void eventsAsPages() {
        long job = sleep("10ms");
        ApiJobs.await(job, JobState.SUCCEEDED);
        String path = "/api/v1/jobs/" + job + "/events";

        int after = asAdmin()
                .accept(ContentType.JSON)
                .get(path + "?limit=2")
                .then()
                .statusCode(200)
                .contentType(ContentType.JSON)
                .body("items", hasSize(2))
                .body("items[0].type", is("state"))
                .body("items[0].state", is("QUEUED"))
                .body("items[0].job", is((int) job))
                .extract()
                .jsonPath()
                .getInt("next");
        asAdmin()
                .accept(ContentType.JSON)
                .get(path + "?after=" + after)
                .then()
                .body("items[0].seq", greaterThan(after))
                .body("items[-1].state", is("SUCCEEDED"))
                .body("next", nullValue());
        asAdmin()
                .accept(ContentType.JSON)
                .get("/api/v1/events?kind=sleep&after=" + (after - 1) + "&limit=1")
                .then()
                .statusCode(200)
                .body("items.seq", is(List.of(after)));
    }

    @Test
    void logLinesAsNdjsonAndAsText() {
        long job = sleep("10ms");
        ApiJobs.await(job, JobState.SUCCEEDED);
        String path = "/api/v1/jobs/" + job + "/log";

        String next = asAdmin()
                .accept("application/x-ndjson")
                .get(path)
                .then()
                .statusCode(200)
                .header("Content-Type", startsWith("application/x-ndjson"))
                .header("X-Complete", "true")
                .body(containsString("\"line\":\"sleeping for 10ms\""))
                .extract()
                .header("X-Next-After");
        asAdmin()
                .accept("text/plain")
                .get(path)
                .then()
                .statusCode(200)
                .header("Content-Type", startsWith("text/plain"))
                .header("X-Next-After", next)
                .body(is("sleeping for 10ms\n"));
        asAdmin()
                .accept("text/plain")
                .get(path + "?after=" + next)
                .then()
                .statusCode(200)
                .header("X-Next-After", next)
                .header("X-Complete", "true")
                .body(is(""));
    }

    @Test
    void theLogOfARunningJobIsNotComplete() {
        long job = sleep("60s");
        Awaitility.await().atMost(BOUND).until(() -> asAdmin()
                .accept("text/plain")
                .get("/api/v1/jobs/" + job + "/log")
                .asString()
                .contains("sleeping"));

        asAdmin().get("/api/v1/jobs/" + job + "/log").then().header("X-Complete", "false");
        asAdmin().post("/api/v1/jobs/" + job + "/cancel").then().statusCode(202);
        ApiJobs.await(job, JobState.CANCELLED);
        asAdmin().get("/api/v1/jobs/" + job + "/log").then().header("X-Complete", "true");
    }

    @Test
    void refusesNonsense() {
        asAdmin()
                .accept("text/event-stream")
                .get("/api/v1/jobs/999999999/events")
                .then()
                .statusCode(404);
        asAdmin()
                .accept("text/event-stream")
                .header("Last-Event-ID", "yesterday")
                .get("/api/v1/events")
                .then()
                .statusCode(400)
                .contentType("application/problem+json");
        asAdmin()
                .accept(ContentType.JSON)
                .get("/api/v1/events?after=-1")
                .then()
                .statusCode(400)
                .contentType("application/problem+json");
        RestAssured.given()
                .accept("text/event-stream")
                .get("/api/v1/events")
                .then()
                .statusCode(401);
    }

    private static long sleep(String duration) {
        return ApiJobs.started(ApiJobs.sleep(ApiJobs.target(), duration));
    }
}
