package io.lockkeeper.job;

import static io.lockkeeper.job.ApiJobs.JOBS;
import static io.lockkeeper.job.ApiJobs.act;
import static io.lockkeeper.job.ApiJobs.await;
import static io.lockkeeper.job.ApiJobs.cancel;
import static io.lockkeeper.job.ApiJobs.later;
import static io.lockkeeper.job.ApiJobs.sleep;
import static io.lockkeeper.job.ApiJobs.start;
import static io.lockkeeper.security.ApiTokens.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import io.lockkeeper.security.ApiTokens;
import io.lockkeeper.security.Role;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Four eyes on protected targets.
@QuarkusTest
class JobApprovalApiTest {
    private String approver;

    @BeforeEach
    void introduce() {
        approver = ApiTokens.with(Role.APPROVER);
    }

    @Test
    void aJobOnAProtectedTargetWaitsForSomebodyElse() {
        long id = waiting(sleep(protectedBy(1), "0s"));
        ApiJobs.get(id)
                .body("state", is("PENDING_APPROVAL"))
                .body("approval.required", is(1))
                .body("approval.given", hasSize(0));
        act(ApiTokens.admin(), id, "approve").statusCode(409).body("code", is("not-approvable"));

        say(approver, id, "approve", "{\"comment\": \"read it, fine\"}").statusCode(200);

        await(id, JobState.SUCCEEDED);
        ApiJobs.get(id)
                .body("approval.given[0].by", startsWith("test-"))
                .body("approval.given[0].comment", is("read it, fine"));
        act(approver, id, "approve").statusCode(409).body("detail", containsString("SUCCEEDED"));
    }

    @Test
    void nobodyCountsTwice() {
        long id = waiting(sleep(protectedBy(2), "0s"));
        String before = ApiJobs.get(id).extract().header("ETag");
        act(approver, id, "approve")
                .statusCode(200)
                .body("state", is("PENDING_APPROVAL"))
                .body("approval.given", hasSize(1));
        ApiJobs.get(id).header("ETag", not(before));
        act(approver, id, "approve").statusCode(409);
        act(ApiTokens.with(Role.APPROVER), id, "approve").statusCode(200).body("approval.given", hasSize(2));
        await(id, JobState.SUCCEEDED);
    }

    @Test
    void arejectedJobNeverRuns() {
        long id = waiting(sleep(protectedBy(1), "0s"));
        say(approver, id, "reject", "{\"comment\": \"not on a Friday\"}")
                .statusCode(200)
                .body("state", is("REJECTED"))
                .body("done", is(true));
        say(approver, id, "reject", "{}").statusCode(409);
        act(approver, id, "approve").statusCode(409);
        cancel(id).statusCode(200).body("state", is("REJECTED"));
        act(ApiTokens.admin(), id, "retry").statusCode(409);
    }

    @Test
    void anApprovedJobStillWaitsForItsTime() {
        long id = waiting(later(protectedBy(1)));
        act(approver, id, "approve").statusCode(200).body("state", is("SCHEDULED"));
        cancel(id).statusCode(202);
    }

    @Test
    void aRetryIsApprovedAnew() {
        String target = protectedBy(1);
        long id = waiting(sleep(target, "0s"));
        cancel(id).statusCode(202).body("state", is("CANCELLED"));
        act(approver, id, "approve").statusCode(409);
        act(ApiTokens.admin(), id, "retry").statusCode(201).body("state", is("PENDING_APPROVAL"));
    }

    @Test
    void onlyTheKindsThatAreNamedAreProtected() {
        String target = ApiJobs.register(new JsonObject()
                .put(
                        "protection",
                        new JsonObject().put("approvals", 1).put("kinds", new JsonArray().add("test-change"))));
        long free = start(sleep(target, "0s"))
                .body("approval", nullValue())
                .extract()
                .jsonPath()
                .getLong("id");
        await(free, JobState.SUCCEEDED);
        waiting(new JsonObject().put("kind", "test-change").put("target", target));
    }

    @Test
    void whatNeedsNoApprovalTakesNone() {
        long id = ApiJobs.started(later(ApiJobs.target()));
        act(approver, id, "approve").statusCode(409).body("detail", containsString("SCHEDULED"));
        act(approver, id, "reject").statusCode(409);
        act(approver, 999_999_999, "approve").statusCode(404);
        act(approver, 999_999_999, "reject").statusCode(404);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /comment | {"comment": 1}
            /comment | {"comment": "\\u0000"}
            /by      | {"by": "somebody else"}
            /comment | {"comment": "a", "comment": "b"}
            """)
    void readsCommentsStrictly(String pointer, String body) {
        long id = waiting(sleep(protectedBy(1), "0s"));
        say(approver, id, "approve", body).statusCode(400).body("errors.pointer", hasItems(pointer));
        say(approver, id, "reject", body).statusCode(400).body("errors.pointer", hasItems(pointer));
        say(approver, id, "approve", "{\"comment\": \"" + "x".repeat(1001) + "\"}")
                .statusCode(400);
        ApiJobs.get(id).body("state", is("PENDING_APPROVAL"));
    }

    @Test
    void aTargetCannotGoWhileAJobWaitsOnIt() {
        String target = protectedBy(1);
        long id = waiting(sleep(target, "0s"));
        asAdmin()
                .header("If-Match", "*")
                .delete("/api/v1/targets/" + target)
                .then()
                .statusCode(409);
        assertThat(ApiJobs.get(id).extract().<String>path("state")).isEqualTo("PENDING_APPROVAL");
    }

    private static String protectedBy(int people) {
        return ApiJobs.register(new JsonObject().put("protection", new JsonObject().put("approvals", people)));
    }

    private static long waiting(JsonObject request) {
        return start(request)
                .statusCode(202)
                .body("state", is("PENDING_APPROVAL"))
                .extract()
                .jsonPath()
                .getLong("id");
    }

    private static ValidatableResponse say(String token, long job, String verb, String body) {
        return ApiTokens.as(token)
                .contentType(ContentType.JSON)
                .body(body)
                .post(JOBS + "/" + job + "/" + verb)
                .then();
    }
}
