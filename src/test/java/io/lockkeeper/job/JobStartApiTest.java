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
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
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
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// How a job is asked for: once, at a time, waiting for its end or not.
@QuarkusTest
class JobStartApiTest {
    private static final JsonObject COUNT =
            new JsonObject().put("kind", "test-count").put("to", 3);

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
}
