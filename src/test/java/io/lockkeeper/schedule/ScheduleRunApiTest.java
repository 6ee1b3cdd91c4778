package io.lockkeeper.schedule;

import static io.lockkeeper.schedule.ApiSchedules.SCHEDULES;
import static io.lockkeeper.schedule.ApiSchedules.actions;
import static io.lockkeeper.schedule.ApiSchedules.awaitThen;
import static io.lockkeeper.schedule.ApiSchedules.create;
import static io.lockkeeper.schedule.ApiSchedules.fresh;
import static io.lockkeeper.schedule.ApiSchedules.get;
import static io.lockkeeper.schedule.ApiSchedules.json;
import static io.lockkeeper.schedule.ApiSchedules.of;
import static io.lockkeeper.schedule.ApiSchedules.patch;
import static io.lockkeeper.schedule.ApiSchedules.run;
import static io.lockkeeper.schedule.ApiSchedules.runs;
import static io.lockkeeper.schedule.ApiSchedules.spec;
import static io.lockkeeper.security.ApiTokens.as;
import static io.lockkeeper.security.ApiTokens.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import io.lockkeeper.job.ApiJobs;
import io.lockkeeper.job.JobState;
import io.lockkeeper.security.ApiTokens;
import io.lockkeeper.security.Role;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/// What schedules have started, by the clock or because somebody asked.
@QuarkusTest
class ScheduleRunApiTest {
    @Inject
    Pool store;

    @Test
    void runsNowAndThenWhatComesThen() {
        String name = fresh();
        create(spec(name)
                        .put("paused", true)
                        .put("spec", json("to", 5).put("labels", json("team", "payments")))
                        .put("then", json("kind", "test-follow")))
                .statusCode(201);
        long job = asAdmin()
                .header("Prefer", "wait=30")
                .post(SCHEDULES + "/" + name + "/run")
                .then()
                .statusCode(200)
                .header("Preference-Applied", "wait=30")
                .header("Location", containsString("/api/v1/jobs/"))
                .body("kind", is("test-count"))
                .body("schedule", is(name))
                .body("requestedBy.subject", is("admin"))
                .body("labels", equalTo(Map.of("team", "payments")))
                .body("state", is("SUCCEEDED"))
                .extract()
                .jsonPath()
                .getLong("id");
        Map<String, Object> run = awaitThen(name, "started");
        assertThat(run).containsEntry("outcome", "started").doesNotContainKeys("due", "missed", "problem");
        long then = ((Number) of(run, "then", "job", "id")).longValue();
        ApiJobs.await(then, JobState.SUCCEEDED);
        ApiJobs.get(then)
                .body("kind", is("test-follow"))
                .body("schedule", is(name))
                .body("spec.testCount", is((int) job))
                .body("result.after", is((int) job));
        asAdmin()
                .get(SCHEDULES + "/" + name + "/runs")
                .then()
                .body("items", hasSize(1))
                .body("items[0].job.id", is((int) job))
                .body("items[0].job.state", is("SUCCEEDED"))
                .body("items[0].job.self", is("/api/v1/jobs/" + job))
                .body("items[0].then.job.state", is("SUCCEEDED"));
        assertThat(actions(store, name)).contains("schedule.run");
    }

    @Test
    void givesWhatComesThenTheTargetOfTheFirst() {
        String target = ApiJobs.target();
        String name = fresh();
        create(spec(name)
                        .put("kind", "probe")
                        .put("spec", json("target", target))
                        .put("then", json("kind", "sleep").put("spec", json("duration", "1ms"))))
                .statusCode(201);
        asAdmin().post(SCHEDULES + "/" + name + "/run").then().statusCode(202).header("Retry-After", "1");
        long then = ((Number) of(awaitThen(name, "started"), "then", "job", "id")).longValue();
        ApiJobs.await(then, JobState.SUCCEEDED);
        ApiJobs.get(then).body("kind", is("sleep")).body("target", is(target));
    }

    @Test
    void startsNothingAfterAFailure() {
        String name = fresh();
        create(spec(name).put("spec", json("to", 1).put("fail", true)).put("then", json("kind", "test-follow")))
                .statusCode(201);
        asAdmin().post(SCHEDULES + "/" + name + "/run").then().statusCode(202);
        assertThat(awaitThen(name, "not-started")).containsEntry("outcome", "started");
    }

    @Test
    void runsOnceUnderAnIdempotencyKey() {
        String name = fresh();
        String key = UUID.randomUUID().toString();
        create(spec(name)).statusCode(201);
        int job = run(name, key).statusCode(202).extract().path("id");
        run(name, key).header("Idempotency-Replayed", "true").body("id", is(job));
        assertThat(runs(name)).hasSize(1);
        String other = fresh();
        create(spec(other)).statusCode(201);
        run(other, key).statusCode(422).body("code", is("idempotency-key-reused"));
        assertThat(runs(other)).isEmpty();
        run(fresh(), null).statusCode(404);
        run(name, "with space").statusCode(400);
    }

    @Test
    void firesByTheClockAndShowsIt() {
        String name = fresh();
        create(spec(name).put("then", json("kind", "test-follow"))).statusCode(201);
        String tag = get(name).extract().header("ETag");
        isDueNow(name);
        Map<String, Object> run = awaitThen(name, "started");
        assertThat(run).containsEntry("outcome", "started").containsKey("due");
        assertThat(of(run, "requestedBy", "subject")).isEqualTo("schedule:" + name);
        assertThat(of(run, "requestedBy", "via")).isEqualTo("admin");
        get(name).header("ETag", is(tag)).body("next.local", endsWith("-01-01T00:00:00Z"));
        ApiJobs.get(((Number) of(run, "job", "id")).longValue())
                .body("schedule", is(name))
                .body("requestedBy.subject", is("schedule:" + name));
        asAdmin().get("/q/metrics").then().body(containsString("lockkeeper_schedule_runs_total{outcome=\"started\"}"));
        asAdmin().get("/q/metrics").then().body(containsString("lockkeeper_schedules_late"));
    }

    @Test
    void pagesThroughRuns() {
        String name = fresh();
        create(spec(name)).statusCode(201);
        for (int i = 0; i < 3; i++) {
            run(name, null).statusCode(202);
        }
        JsonPath page = asAdmin()
                .get(SCHEDULES + "/" + name + "/runs?limit=2")
                .then()
                .statusCode(200)
                .body("items", hasSize(2))
                .extract()
                .jsonPath();
        assertThat(page.getLong("items[0].id")).isGreaterThan(page.getLong("items[1].id"));
        asAdmin()
                .get(SCHEDULES + "/" + name + "/runs?limit=2&cursor=" + page.getString("next"))
                .then()
                .statusCode(200)
                .body("items", hasSize(1))
                .body("next", nullValue());
    }

    @Test
    void outlivesItsTargetAndSaysSo() {
        String target = ApiJobs.target();
        String name = fresh();
        create(spec(name).put("kind", "probe").put("spec", json("target", target)))
                .statusCode(201);
        asAdmin()
                .header("If-Match", "*")
                .delete("/api/v1/targets/" + target)
                .then()
                .statusCode(204);
        get(name).statusCode(200).body("target", is(target)).body("problem.code", is("unknown-target"));
        run(name, null).statusCode(422).body("code", is("unknown-target"));
        asAdmin()
                .get(SCHEDULES + "/" + name + "/runs")
                .then()
                .body("items[0].outcome", is("refused"))
                .body("items[0].problem.code", is("unknown-target"))
                .body("items[0].job", nullValue());
        patch(name, "*", json("paused", true)).statusCode(200).body("problem.code", is("unknown-target"));
        patch(name, "*", json("spec", json("priority", 3))).statusCode(422);
        patch(name, "*", json("spec", json("target", ApiJobs.target())))
                .statusCode(200)
                .body("problem", nullValue());
        run(name, null).statusCode(202);
    }

    @Test
    void aRefusedRunIsNotStartedByTheSameKeyAgain() {
        String target = ApiJobs.target();
        String name = fresh();
        String key = UUID.randomUUID().toString();
        create(spec(name).put("kind", "probe").put("spec", json("target", target)))
                .statusCode(201);
        asAdmin()
                .header("If-Match", "*")
                .delete("/api/v1/targets/" + target)
                .then()
                .statusCode(204);
        run(name, key).statusCode(422);
        run(name, key).statusCode(409).body("code", is("run-refused"));
    }

    @Test
    void whoWroteTheScheduleCannotApproveItsJobs() {
        String target = ApiJobs.register(new JsonObject().put("protection", json("approvals", 1)));
        String author = ApiTokens.with(Role.OPERATOR, Role.APPROVER);
        String name = fresh();
        as(author)
                .contentType(ContentType.JSON)
                .body(spec(name)
                        .put("kind", "probe")
                        .put("spec", json("target", target))
                        .encode())
                .post(SCHEDULES)
                .then()
                .statusCode(201);
        isDueNow(name);
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> !runs(name).isEmpty() && runs(name).getFirst().get("job") != null);
        long job = ((Number) of(runs(name).getFirst(), "job", "id")).longValue();
        ApiJobs.act(author, job, "approve")
                .statusCode(409)
                .body("code", is("not-approvable"))
                .body("detail", containsString("asked for"));
        ApiJobs.act(ApiTokens.admin(), job, "approve").statusCode(200).body("state", not("PENDING_APPROVAL"));
    }

    /// As if its time had come.
    private void isDueNow(String name) {
        store.preparedQuery("""
                        UPDATE schedule SET due_at = now() - interval '1 second', next_at = now() - interval '1 second'
                        WHERE name = $1""").execute(Tuple.of(name)).await().atMost(Duration.ofSeconds(10));
    }
}
