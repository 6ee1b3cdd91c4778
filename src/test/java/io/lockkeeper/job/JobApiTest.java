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
import java.util.UUID;
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
    void waitsForTheEndWhereThatIsPreferred() {
        preferring("wait=30", COUNT)
                .statusCode(200)
                .header("Preference-Applied", "wait=30")
                .header("Location", startsWith("http"))
                .header("Retry-After", nullValue())
                .body("state", is("SUCCEEDED"))
                .body("result.counted", is(3));
        preferring("wait=30", COUNT.copy().put("fail", true))
                .statusCode(200)
                .body("state", is("FAILED"))
                .body("error.code", is("cannot-count"));
    }

    @Test
    void doesNotWaitLongerThanPreferred() {
        long began = System.nanoTime();
        long id = preferring("wait=1", later(target()))
                .statusCode(202)
                .header("Preference-Applied", "wait=1")
                .header("Retry-After", "1")
                .body("state", is("SCHEDULED"))
                .body("dueAt", is("2999-01-01T00:00:00Z"))
                .extract()
                .jsonPath()
                .getLong("id");
        assertThat(Duration.ofNanos(System.nanoTime() - began))
                .isBetween(Duration.ofMillis(900), Duration.ofSeconds(5));
        cancel(id);
    }

    @Test
    void startsNothingUnderAPreferenceThatMakesNoSense() {
        String label = UUID.randomUUID().toString();
        preferring("wait=soon", COUNT.copy().put("labels", new JsonObject().put("mark", label)))
                .statusCode(400)
                .body("code", is("invalid-header"));
        assertThat(jobsWith(label)).isZero();
    }

    @Test
    void startsOnceUnderOneKey() {
        String key = UUID.randomUUID().toString();
        JsonObject request = later(target());
        long id = under(key, request)
                .statusCode(202)
                .header("Idempotency-Replayed", nullValue())
                .extract()
                .jsonPath()
                .getLong("id");

        under(key, request)
                .statusCode(202)
                .header("Idempotency-Replayed", "true")
                .header("Location", endsWith(JOBS + "/" + id))
                .body("id", is((int) id))
                .body("state", is("SCHEDULED"));
        under(key, request.copy().put("priority", 9)).statusCode(422).body("code", is("idempotency-key-reused"));
        cancel(id);
        under(key, request)
                .statusCode(200)
                .header("Idempotency-Replayed", "true")
                .header("Retry-After", nullValue())
                .body("state", is("CANCELLED"));
    }

    @Test
    void aKeyBelongsToItsCaller() {
        String key = UUID.randomUUID().toString();
        JsonObject request = COUNT.copy();
        int mine = under(key, request).statusCode(202).extract().path("id");
        ApiTokens.as(ApiTokens.with(Role.OPERATOR))
                .header("Idempotency-Key", key)
                .contentType(ContentType.JSON)
                .body(request.encode())
                .post(JOBS)
                .then()
                .statusCode(202)
                .header("Idempotency-Replayed", nullValue())
                .body("id", not(mine));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b", "é", ""})
    void refusesKeysThatCannotBeKept(String key) {
        under(key, COUNT).statusCode(400).body("code", is("invalid-header"));
    }

    @Test
    void refusesAJobThatWouldHaveToWaitForAnotherIfThatIsNotWanted() {
        String key = UUID.randomUUID().toString();
        JsonObject change = new JsonObject()
                .put("kind", "test-change")
                .put("target", target())
                .put("onConflict", "reject")
                .put("notBefore", "2999-01-01T00:00:00Z");
        long first = under(key, change).statusCode(202).extract().jsonPath().getLong("id");

        start(change).statusCode(409).body("code", is("conflicting-job"));
        under(key, change)
                .statusCode(202)
                .header("Idempotency-Replayed", "true")
                .body("id", is((int) first));
        start(change.copy().put("target", target())).statusCode(202);
        long second = started(change.copy().put("onConflict", "queue"));
        cancel(first);
        cancel(second);
        start(change).statusCode(202);
    }

    @Test
    void jobsThatOnlyReadExcludeNothing() {
        JsonObject request = later(target()).put("onConflict", "reject");
        started(request);
        start(request).statusCode(202);
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
                .isLessThan(Duration.ofSeconds(2));
    }

    @Test
    void retriesWhatFailedAsANewJob() {
        JsonObject failing =
                COUNT.copy().put("fail", true).put("priority", 7).put("labels", new JsonObject().put("team", "a"));
        long old = preferring("wait=30", failing)
                .statusCode(200)
                .extract()
                .jsonPath()
                .getLong("id");
        String key = UUID.randomUUID().toString();

        long again = retryUnder(key, old)
                .statusCode(201)
                .header("Location", not(endsWith("/" + old)))
                .body("retryOf", is((int) old))
                .body("attempt", is(0))
                .body("priority", is(7))
                .body("labels.team", is("a"))
                .body("spec", equalTo(Map.of("to", 3, "fail", true)))
                .extract()
                .jsonPath()
                .getLong("id");
        assertThat(again).isGreaterThan(old);
        await(again, JobState.FAILED);
        retryUnder(key, old)
                .statusCode(200)
                .header("Idempotency-Replayed", "true")
                .body("id", is((int) again));
        retryUnder(key, again).statusCode(422).body("code", is("idempotency-key-reused"));
    }

    @Test
    void retriesWhatWasCancelledAndNothingElse() {
        long waiting = started(later(target()));
        retry(waiting).statusCode(409).body("code", is("not-retryable"));
        cancel(waiting);
        retry(waiting).statusCode(201).body("notBefore", nullValue());

        long done = preferring("wait=30", COUNT).extract().jsonPath().getLong("id");
        retry(done).statusCode(409).body("code", is("not-retryable"));
    }

    @Test
    void doesNotRetryOnATargetThatIsGone() {
        String target = target();
        long id = started(later(target));
        cancel(id);
        asAdmin()
                .header("If-Match", "*")
                .delete("/api/v1/targets/" + target)
                .then()
                .statusCode(204);
        retry(id).statusCode(422).body("code", is("unknown-target"));
        ApiJobs.get(id).body("target", is(target));
    }

    @Test
    void startsNotBeforeItsTime() {
        Instant soon = Instant.now().plusMillis(700);
        long id = started(COUNT.copy().put("notBefore", soon.toString()));
        var view = await(id, JobState.SUCCEEDED);
        assertThat(Instant.parse(view.getString("startedAt"))).isAfterOrEqualTo(soon);
    }

    @Test
    void failsWhatCannotStartInTime() {
        JsonObject late = later(target())
                .put("notBefore", Instant.now().plusSeconds(3600).toString())
                .put("deadline", Instant.now().plusSeconds(3601).toString());
        cancel(started(late));

        long id = started(sleep(target(), "1h")
                .put("deadline", Instant.now().plusSeconds(1).toString()));
        var view = await(id, JobState.FAILED);
        assertThat(view.getString("reason")).isEqualTo("DEADLINE_EXCEEDED");
        assertThat(view.getString("error.code")).isEqualTo("out-of-time");
        assertThat(view.getString("error.type")).isEqualTo("urn:lockkeeper:problem:out-of-time");
        assertThat(view.getString("error.title")).isNotBlank();
        assertThat(view.getInt("error.status")).isEqualTo(409);
        assertThat(view.getString("error.detail")).isNotBlank();
        assertThat(view.getString("deadlineAt")).isNotBlank();
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

    private static int jobsWith(String mark) {
        return asAdmin().get(JOBS + "?label=mark=" + mark).then().extract().<Integer>path("items.size()");
    }

    private static ValidatableResponse preferring(String preference, JsonObject request) {
        return asAdmin()
                .header("Prefer", preference)
                .contentType(ContentType.JSON)
                .body(request.encode())
                .post(JOBS)
                .then();
    }

    private static ValidatableResponse under(String key, JsonObject request) {
        return asAdmin()
                .header("Idempotency-Key", key)
                .contentType(ContentType.JSON)
                .body(request.encode())
                .post(JOBS)
                .then();
    }

    private static ValidatableResponse retry(long job) {
        return ApiJobs.act(ApiTokens.admin(), job, "retry");
    }

    private static ValidatableResponse retryUnder(String key, long job) {
        return asAdmin()
                .header("Idempotency-Key", key)
                .post(JOBS + "/" + job + "/retry")
                .then();
    }
}
