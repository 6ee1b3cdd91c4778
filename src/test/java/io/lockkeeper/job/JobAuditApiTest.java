package io.lockkeeper.job;

import static io.lockkeeper.job.ApiJobs.JOBS;
import static io.lockkeeper.job.ApiJobs.later;
import static io.lockkeeper.security.ApiTokens.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;

import io.lockkeeper.security.ApiTokens;
import io.lockkeeper.security.Role;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.specification.RequestSpecification;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Whoever moves a job leaves one row in the audit trail, in the transaction that moves it; whoever does not, none.
@QuarkusTest
class JobAuditApiTest {
    private static final String ROWS_OF_JOB = """
            SELECT a.subject, a.via, a.request_id, a.action, a.target, a.object, a.xmin = j.xmin AS with_the_job
            FROM job j JOIN audit a ON a.object = 'job/' || j.id
            WHERE j.id = $1 ORDER BY a.id
            """;

    @Inject
    Pool store;

    private String operator;
    private String approver;

    @BeforeEach
    void introduce() {
        operator = ApiTokens.with(Role.OPERATOR);
        approver = ApiTokens.with(Role.APPROVER);
    }

    @Test
    void tellsWhoStartedAJob() {
        String target = ApiJobs.target();
        String key = UUID.randomUUID().toString();
        long id = start(request(operator, "start-" + key).header("Idempotency-Key", key), later(target));
        start(request(operator, "replay-" + key).header("Idempotency-Key", key), later(target));

        assertThat(rowsOf(id)).containsExactly(new Told(nameOf(operator), "start-" + key, "job.accept", target, true));
        asAdmin()
                .get("/api/v1/audit?target=" + target + "&action=job.accept")
                .then()
                .statusCode(200)
                .body("items.size()", is(1))
                .body("items[0].object", is("job/" + id))
                .body("items[0].detail.kind", is("sleep"))
                .body("items[0].detail.spec", equalTo(Map.of("duration", "0s")));
    }

    @Test
    void tellsWhoCancelledIt() {
        String target = ApiJobs.target();
        long id = start(request(operator, "one"), later(target));
        act(operator, "two", id, "cancel");
        act(approver, "three", id, "cancel");
        act(operator, "four", id, "cancel");

        assertThat(rowsOf(id))
                .containsExactly(
                        new Told(nameOf(operator), "one", "job.accept", target, false),
                        new Told(nameOf(operator), "two", "job.cancel", target, true));
    }

    @Test
    void tellsWhoApprovedIt() {
        String target = ApiJobs.register(new JsonObject().put("protection", new JsonObject().put("approvals", 1)));
        long id = start(request(operator, "one"), later(target));
        act(operator, "two", id, "approve");
        act(approver, "three", id, "approve");
        act(approver, "four", id, "approve");

        assertThat(rowsOf(id))
                .containsExactly(
                        new Told(nameOf(operator), "one", "job.accept", target, false),
                        new Told(nameOf(approver), "three", "job.approve", target, true));
    }

    @Test
    void tellsWhoRejectedIt() {
        String target = ApiJobs.register(new JsonObject().put("protection", new JsonObject().put("approvals", 1)));
        long id = start(request(operator, "one"), later(target));
        act(approver, "two", id, "reject");
        act(approver, "three", id, "reject");

        assertThat(rowsOf(id))
                .containsExactly(
                        new Told(nameOf(operator), "one", "job.accept", target, false),
                        new Told(nameOf(approver), "two", "job.reject", target, true));
    }

    @Test
    void tellsWhoRetriedIt() {
        String target = ApiJobs.register(new JsonObject().put("protection", new JsonObject().put("approvals", 1)));
        long old = start(request(operator, "one"), later(target));
        act(operator, "two", old, "cancel");
        int again = request(operator, "three")
                .post(JOBS + "/" + old + "/retry")
                .then()
                .statusCode(201)
                .extract()
                .path("id");

        assertThat(rowsOf(old)).hasSize(2);
        assertThat(rowsOf(again)).containsExactly(new Told(nameOf(operator), "three", "job.accept", target, true));
        asAdmin().get("/api/v1/audit?limit=1&target=" + target).then().body("items[0].detail.retryOf", is((int) old));
    }

    @Test
    void leavesNoTraceOfWhatWasRefused() {
        long before = newestRow();
        request(operator, "x")
                .contentType(ContentType.JSON)
                .body("{}")
                .post(JOBS)
                .then()
                .statusCode(400);
        request(approver, "x")
                .contentType(ContentType.JSON)
                .body(later("nowhere").encode())
                .post(JOBS)
                .then()
                .statusCode(403);
        request(operator, "x")
                .contentType(ContentType.JSON)
                .body(later("nowhere").encode())
                .post(JOBS)
                .then()
                .statusCode(422);
        request(operator, "x").post(JOBS + "/999999999/cancel").then().statusCode(404);
        assertThat(newestRow()).isEqualTo(before);
    }

    private record Told(String subject, String requestId, String action, String target, boolean withTheJob) {}

    private List<Told> rowsOf(long job) {
        List<Told> rows = new ArrayList<>();
        for (Row row :
                store.preparedQuery(ROWS_OF_JOB).execute(Tuple.of(job)).await().indefinitely()) {
            assertThat(row.getString("via")).startsWith("token/");
            rows.add(new Told(
                    row.getString("subject"),
                    row.getString("request_id"),
                    row.getString("action"),
                    row.getString("target"),
                    row.getBoolean("with_the_job")));
        }
        return rows;
    }

    private long newestRow() {
        return store.query("SELECT max(id) FROM audit")
                .execute()
                .await()
                .indefinitely()
                .iterator()
                .next()
                .getLong(0);
    }

    private static String nameOf(String token) {
        return ApiTokens.as(token).get("/api/v1/me").then().extract().path("subject");
    }

    private static RequestSpecification request(String token, String id) {
        return ApiTokens.as(token).header("X-Request-Id", id).noContentType();
    }

    private static long start(RequestSpecification request, JsonObject job) {
        return request.contentType(ContentType.JSON)
                .body(job.encode())
                .post(JOBS)
                .then()
                .statusCode(202)
                .extract()
                .jsonPath()
                .getLong("id");
    }

    private static void act(String token, String requestId, long job, String verb) {
        request(token, requestId)
                .post(JOBS + "/" + job + "/" + verb)
                .then()
                .log()
                .ifValidationFails();
    }
}
