package io.lockkeeper.job;

import static io.lockkeeper.job.ApiJobs.JOBS;
import static io.lockkeeper.job.ApiJobs.await;
import static io.lockkeeper.job.ApiJobs.cancel;
import static io.lockkeeper.job.ApiJobs.later;
import static io.lockkeeper.job.ApiJobs.started;
import static io.lockkeeper.job.ApiJobs.target;
import static io.lockkeeper.security.ApiTokens.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import io.lockkeeper.security.ApiTokens;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// The same again, as a new job.
@QuarkusTest
class JobRetryApiTest {
    private static final JsonObject COUNT =
            new JsonObject().put("kind", "test-count").put("to", 3);

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

    private static ValidatableResponse retryUnder(String key, long job) {
        return asAdmin()
                .header("Idempotency-Key", key)
                .post(JOBS + "/" + job + "/retry")
                .then();
    }
}
