package io.lockkeeper.schedule;

import static io.lockkeeper.security.ApiTokens.as;
import static io.lockkeeper.security.ApiTokens.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import io.lockkeeper.job.ApiJobs;
import io.lockkeeper.job.JobState;
import io.lockkeeper.security.ApiTokens;
import io.lockkeeper.security.Role;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.restassured.response.ValidatableResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Schedules, as callers know them. Those here are due on New Year's Day unless a test says otherwise.
@QuarkusTest
class ScheduleApiTest {
    private static final String SCHEDULES = "/api/v1/schedules";

    @Inject
    Pool store;

    @Test
    void createsShowsChangesAndForgets() {
        String target = ApiJobs.target();
        String name = fresh();
        String location = create(spec(name)
                        .put("cron", "30 2 * * MON-FRI")
                        .put("timeZone", "Europe/Berlin")
                        .put("kind", "probe")
                        .put("spec", json("target", target))
                        .put("jitter", "5m"))
                .statusCode(201)
                .header("ETag", startsWith("\""))
                .body("name", is(name))
                .body("cron", is("30 2 * * MON-FRI"))
                .body("timeZone", is("Europe/Berlin"))
                .body("kind", is("probe"))
                .body("target", is(target))
                .body("spec", equalTo(Map.of("target", target)))
                .body("then", nullValue())
                .body("paused", is(false))
                .body("onMissed", is("run-once"))
                .body("jitter", is("5m"))
                .body("next.due", notNullValue())
                .body("next.local", containsString("T02:30:00+0"))
                .body("problem", nullValue())
                .body("changedBy", is("admin"))
                .body("links.runs", is(SCHEDULES + "/" + name + "/runs"))
                .extract()
                .header("Location");
        assertThat(location).endsWith(SCHEDULES + "/" + name);

        String tag = get(name).statusCode(200).extract().header("ETag");
        String changed = patch(name, tag, "{\"onMissed\": \"skip\", \"cron\": \"@daily\", \"jitter\": null}")
                .statusCode(200)
                .body("onMissed", is("skip"))
                .body("jitter", is("0s"))
                .body("next.local", containsString("T00:00:00+0"))
                .body("spec.target", is(target))
                .extract()
                .header("ETag");
        assertThat(changed).isNotEqualTo(tag);
        asAdmin()
                .header("If-Match", changed)
                .delete(SCHEDULES + "/" + name)
                .then()
                .statusCode(204);
        get(name).statusCode(404).body("code", is("not-found"));
        assertThat(actions(name)).containsExactly("schedule.create", "schedule.change", "schedule.delete");
        assertThat(one(
                        "SELECT detail ->> 'fields' FROM audit WHERE object = $1 AND action = 'schedule.change'",
                        "schedule/" + name))
                .isEqualTo("[\"cron\", \"jitter\", \"onMissed\"]");
        assertThat(one("SELECT DISTINCT target FROM audit WHERE object = $1", "schedule/" + name))
                .isEqualTo(target);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "name     | null                  | /name        | must not be null",
                "name     | `\"\"`                | /name        | must begin with a letter",
                "name     | \"Nightly\"           | /name        | must begin with a letter",
                "name     | \"a/../b\"            | /name        | must begin with a letter",
                "name     | 5                     | /name        | must be text",
                "cron     | null                  | /cron        | must not be null",
                "cron     | \"* * * *\"           | /cron        | five fields",
                "cron     | \"61 * * * 9\"        | /cron        | the minute takes 0 to 59",
                "cron     | \"61 * * * 9\"        | /cron        | the day of week takes",
                "cron     | \"0 0 30 2 *\"        | /cron        | would never come",
                "cron     | \"@reboot\"           | /cron        | @hourly",
                "cron     | [\"* * * * *\"]       | /cron        | must be text",
                "timeZone | \"Mars/Olympus\"      | /timeZone    | IANA",
                "timeZone | \"+02:00\"            | /timeZone    | IANA",
                "timeZone | \"europe/berlin\"     | /timeZone    | IANA",
                "timeZone | 2                     | /timeZone    | must be text",
                "kind     | null                  | /kind        | must not be null",
                "kind     | \"nonsense\"          | /kind        | must be one of",
                "kind     | {}                    | /kind        | must be text",
                "spec     | null                  | /spec        | must not be null",
                "spec     | []                    | /spec        | must be an object",
                "spec     | \"x\"                 | /spec        | must be an object",
                "spec     | {}                    | /spec/to     | is required",
                "spec     | {\"to\": 0}           | /spec/to     | must be greater than or equal to 1",
                "spec     | {\"to\": \"1\"}       | /spec/to     | must be a whole number",
                "spec     | {\"to\": 1, \"x\": 1} | /spec/x      | is not known here",
                "spec     | {\"to\": 1, \"target\": \"demo\"} | /spec/target | must be left out",
                "spec     | {\"to\": 1, \"kind\": \"test-count\"} | /spec/kind | must be left out",
                "spec     | {\"to\": 1, \"priority\": 10} | /spec/priority | must be less than or equal to 9",
                "spec     | {\"to\": 1, \"notBefore\": \"2030-01-01T00:00:00Z\"} | /spec/notBefore | must be left out",
                "spec     | {\"to\": 1, \"deadline\": \"2030-01-01T00:00:00Z\"}  | /spec/deadline  | must be left out",
                "spec     | {\"to\": 1, \"pause\": {\"after\": -1}} | /spec/pause/after | must be greater",
                "then     | []                    | /then        | must be an object",
                "then     | {}                    | /then/kind   | is required",
                "then     | {\"kind\": \"nonsense\"} | /then/kind | must be one of",
                "then     | {\"kind\": \"probe\"} | /then/spec/target | is missing",
                "then     | {\"kind\": \"test-count\", \"spec\": {\"to\": 0}} | /then/spec/to | must be greater",
                "then     | {\"kind\": \"test-count\", \"spec\": 1} | /then/spec | must be an object",
                "then     | {\"kind\": \"test-count\", \"spec\": {\"to\": 1, \"deadline\": \"2030-01-01T00:00:00Z\"}} | /then/spec/deadline | left out",
                "then     | {\"kind\": \"test-follow\", \"then\": {\"kind\": \"probe\"}} | /then/then | is not known here",
                "paused   | \"yes\"               | /paused      | must be true or false",
                "onMissed | \"never\"             | /onMissed    | must be one of run-once, skip",
                "jitter   | 5                     | /jitter      | must be text with a unit",
                "jitter   | \"5\"                 | /jitter      | needs a unit",
                "jitter   | \"13h\"               | /jitter      | must be at most 12h",
                "nonsense | 1                     | /nonsense    | is not known here",
            })
    void saysWhatIsWrong(String field, String value, String pointer, String detail) {
        String body = spec(fresh()).put(field, "@@").encode().replace("\"@@\"", value);
        create(body)
                .statusCode(400)
                .body("code", is("invalid-request"))
                .body("errors.findAll { it.pointer == '" + pointer + "' }.detail.join(' ')", containsString(detail));
    }

    @Test
    void saysAllThatIsWrongAtOnce() {
        create("""
                {"name": "-", "cron": "x", "timeZone": "y", "kind": "test-count", "spec": {"to": 0, "z": 1, "labels": {"": "x"}},
                 "then": {"kind": "probe", "spec": {"z": 1}, "z": 2}, "paused": 0, "onMissed": 0, "jitter": 0, "paused": 1}""")
                .statusCode(400)
                .body("errors.pointer.toSet().size()", is(12))
                .body("errors.pointer", hasItem("/spec/to"))
                .body("errors.pointer", hasItem("/spec/z"))
                .body("errors.pointer", hasItem("/then/spec/z"))
                .body("errors.pointer", hasItem("/then/spec/target"))
                .body("errors.pointer", hasItem("/then/z"));
        create("{}").statusCode(400).body("errors.pointer", contains("/name", "/cron", "/kind", "/spec"));
        create("[]").statusCode(400);
        create("").statusCode(400).body("code", is("malformed-json"));
        create(spec(fresh()).put("spec", json("to", 1).put("words", new JsonArray().add("a\0"))))
                .statusCode(400);
    }

    @Test
    void readsASpecAsAJobRequestIsRead() {
        JsonObject wrong = json("target", "Wrong").put("labels", json("a=b", 5)).put("duration", "9h");
        Set<String> ofJob = asAdmin()
                .contentType(ContentType.JSON)
                .body(wrong.copy().put("kind", "sleep").encode())
                .post("/api/v1/jobs")
                .then()
                .statusCode(400)
                .extract()
                .<List<Map<String, String>>>path("errors")
                .stream()
                .map(fault -> fault.get("pointer") + " " + fault.get("detail"))
                .collect(Collectors.toSet());
        Set<String> ofSchedule = create(spec(fresh()).put("kind", "sleep").put("spec", wrong))
                .statusCode(400)
                .extract()
                .<List<Map<String, String>>>path("errors")
                .stream()
                .map(fault -> fault.get("pointer").replaceFirst("^/spec", "") + " " + fault.get("detail"))
                .collect(Collectors.toSet());
        assertThat(ofSchedule).isEqualTo(ofJob).hasSizeGreaterThanOrEqualTo(3);
    }

    @Test
    void refusesTargetsThatAreNotThere() {
        JsonObject probe = spec(fresh()).put("kind", "probe").put("spec", json("target", "nowhere"));
        create(probe).statusCode(422).body("code", is("unknown-target"));
        create(spec(fresh()).put("then", json("kind", "probe").put("spec", json("target", "nowhere"))))
                .statusCode(422)
                .body("code", is("unknown-target"));
        assertThat(one("SELECT count(*)::text FROM schedule WHERE name = $1", probe.getString("name")))
                .isEqualTo("0");
    }

    @Test
    void hasOneScheduleOfAName() {
        String name = fresh();
        create(spec(name)).statusCode(201);
        create(spec(name)).statusCode(409).body("code", is("schedule-exists"));
    }

    @Test
    void createsOnceUnderAnIdempotencyKey() {
        String key = UUID.randomUUID().toString();
        JsonObject spec = spec(fresh());
        create(spec, key).statusCode(201).header("Idempotency-Replayed", nullValue());
        create(spec, key)
                .statusCode(200)
                .header("Idempotency-Replayed", "true")
                .body("name", is(spec.getString("name")));
        create(spec(fresh()), key).statusCode(422).body("code", is("idempotency-key-reused"));
        assertThat(actions(spec.getString("name"))).containsExactly("schedule.create");
    }

    @Test
    void changesOnlyWhatTheCallerHasSeen() {
        String name = fresh();
        create(spec(name)).statusCode(201);
        String tag = get(name).extract().header("ETag");
        patch(name, null, json("paused", true)).statusCode(428).body("code", is("precondition-required"));
        patch(name, "\"1-99\"", json("paused", true)).statusCode(412).body("code", is("precondition-failed"));
        patch(name, tag, json("paused", true)).statusCode(200);
        patch(name, tag, json("paused", false)).statusCode(412);
        asAdmin().delete(SCHEDULES + "/" + name).then().statusCode(428);
        asAdmin().header("If-Match", tag).delete(SCHEDULES + "/" + name).then().statusCode(412);
        patch(fresh(), "*", json("paused", true)).statusCode(404);
        asAdmin()
                .header("If-Match", "*")
                .delete(SCHEDULES + "/" + fresh())
                .then()
                .statusCode(404);
    }

    @Test
    void readsChangesAsStrictlyAsNewSchedules() {
        String name = fresh();
        create(spec(name)).statusCode(201);
        patch(
                        name,
                        "*",
                        json("name", "other")
                                .put("cron", "x")
                                .put("spec", json("to", "1"))
                                .put("y", 1))
                .statusCode(400)
                .body("errors.pointer", hasItem("/name"))
                .body("errors.pointer", hasItem("/cron"))
                .body("errors.pointer", hasItem("/spec/to"))
                .body("errors.pointer", hasItem("/y"));
        patch(name, "*", "{\"cron\": null}").statusCode(400).body("errors.pointer", contains("/cron"));
        patch(name, "*", json("kind", "probe")).statusCode(400).body("errors.pointer", hasItem("/spec/target"));
        asAdmin()
                .contentType(ContentType.JSON)
                .header("If-Match", "*")
                .body("[]")
                .patch(SCHEDULES + "/" + name)
                .then()
                .statusCode(400);
        patch(name, "*", json("spec", json("to", 7).put("words", new JsonArray().add("a"))))
                .statusCode(200)
                .body("spec", equalTo(Map.of("to", 7, "words", List.of("a"))));
        patch(name, "*", "{\"spec\": {\"words\": null}, \"then\": {\"kind\": \"test-follow\"}}")
                .statusCode(200)
                .body("spec", equalTo(Map.of("to", 7)))
                .body("then", equalTo(Map.of("kind", "test-follow", "spec", Map.of())));
        patch(name, "*", "{\"then\": null}").statusCode(200).body("then", nullValue());
    }

    @Test
    void pausesAndGoesOnFromNow() {
        String name = fresh();
        create(spec(name).put("cron", "* * * * *").put("paused", true))
                .statusCode(201)
                .body("next", nullValue());
        asAdmin().get(SCHEDULES + "/" + name + "/next").then().statusCode(200).body("items", hasSize(5));
        String local = patch(name, "*", json("paused", false).put("cron", "0 0 1 1 *"))
                .statusCode(200)
                .extract()
                .path("next.local");
        assertThat(local).endsWith("-01-01T00:00:00Z");
        patch(name, "*", json("onMissed", "skip")).statusCode(200).body("next.local", is(local));
        patch(name, "*", json("paused", true)).statusCode(200).body("next", nullValue());
        assertThat(runs(name)).isEmpty();
    }

    @Test
    void tellsTheNextTimes() {
        String name = fresh();
        create(spec(name).put("cron", "30 2 25 10 *").put("timeZone", "Europe/Berlin"));
        asAdmin()
                .get(SCHEDULES + "/" + name + "/next?count=3")
                .then()
                .statusCode(200)
                .body("items", hasSize(3))
                .body("items[0].local", containsString("-10-25T02:30:00+0"))
                .body("items[0].at", notNullValue())
                .body("next", nullValue());
        for (String wrong : List.of("0", "101", "-1", "x", "99999999999")) {
            asAdmin()
                    .get(SCHEDULES + "/" + name + "/next?count=" + wrong)
                    .then()
                    .statusCode(400)
                    .body("code", is("invalid-parameter"));
        }
        asAdmin().get(SCHEDULES + "/" + fresh() + "/next").then().statusCode(404);
    }

    @Test
    void listsByNameInPages() {
        String target = ApiJobs.target();
        String prefix = fresh();
        for (int i = 0; i < 3; i++) {
            create(spec(prefix + "-" + i).put("kind", "probe").put("spec", json("target", target)))
                    .statusCode(201);
        }
        JsonPath first = asAdmin()
                .get(SCHEDULES + "?limit=2&target=" + target)
                .then()
                .statusCode(200)
                .body("items.name", contains(prefix + "-0", prefix + "-1"))
                .extract()
                .jsonPath();
        asAdmin()
                .get(SCHEDULES + "?limit=2&target=" + target + "&cursor=" + first.getString("next"))
                .then()
                .statusCode(200)
                .body("items.name", contains(prefix + "-2"))
                .body("next", nullValue());
        asAdmin()
                .get(SCHEDULES + "?limit=2&cursor=" + first.getString("next"))
                .then()
                .statusCode(400)
                .body("code", is("cursor-mismatch"));
        asAdmin()
                .get(SCHEDULES + "?kind=sleep&target=" + target)
                .then()
                .statusCode(200)
                .body("items", hasSize(0));
    }

    @Test
    void letsViewersLookAndOperatorsAct() {
        String viewer = ApiTokens.with(Role.VIEWER);
        String operator = ApiTokens.with(Role.OPERATOR);
        String name = fresh();
        as(viewer)
                .contentType(ContentType.JSON)
                .body(spec(name).encode())
                .post(SCHEDULES)
                .then()
                .statusCode(403);
        as(operator)
                .contentType(ContentType.JSON)
                .body(spec(name).encode())
                .post(SCHEDULES)
                .then()
                .statusCode(201);
        as(viewer).get(SCHEDULES + "/" + name).then().statusCode(200);
        as(viewer).get(SCHEDULES + "/" + name + "/runs").then().statusCode(200);
        as(viewer).post(SCHEDULES + "/" + name + "/run").then().statusCode(403);
        as(viewer).header("If-Match", "*").delete(SCHEDULES + "/" + name).then().statusCode(403);
        as(operator)
                .header("If-Match", "*")
                .delete(SCHEDULES + "/" + name)
                .then()
                .statusCode(204);
    }

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
        assertThat(actions(name)).contains("schedule.run");
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

    private Map<String, Object> awaitThen(String name, String outcome) {
        return Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(100))
                .until(
                        () -> runs(name).stream().findFirst().orElse(Map.of()),
                        run -> run.get("then") != null && outcome.equals(of(run, "then", "outcome")));
    }

    private static Object of(Map<String, Object> tree, String... path) {
        Object at = tree;
        for (String field : path) {
            at = ((Map<?, ?>) at).get(field);
        }
        return at;
    }

    private static List<Map<String, Object>> runs(String name) {
        return asAdmin()
                .get(SCHEDULES + "/" + name + "/runs")
                .then()
                .statusCode(200)
                .extract()
                .path("items");
    }

    /// As if its time had come.
    private void isDueNow(String name) {
        store.preparedQuery("""
                        UPDATE schedule SET due_at = now() - interval '1 second', next_at = now() - interval '1 second'
                        WHERE name = $1""").execute(Tuple.of(name)).await().atMost(Duration.ofSeconds(10));
    }

    private static String fresh() {
        return "s-" + UUID.randomUUID();
    }

    private static JsonObject json(String name, Object value) {
        return new JsonObject().put(name, value);
    }

    private static JsonObject spec(String name) {
        return json("name", name)
                .put("cron", "@yearly")
                .put("kind", "test-count")
                .put("spec", json("to", 1));
    }

    private static ValidatableResponse create(JsonObject spec) {
        return create(spec.encode());
    }

    private static ValidatableResponse create(String body) {
        return asAdmin()
                .contentType(ContentType.JSON)
                .body(body)
                .post(SCHEDULES)
                .then();
    }

    private static ValidatableResponse create(JsonObject spec, String key) {
        return asAdmin()
                .header("Idempotency-Key", key)
                .contentType(ContentType.JSON)
                .body(spec.encode())
                .post(SCHEDULES)
                .then();
    }

    private static ValidatableResponse run(String name, String key) {
        return (key == null ? asAdmin() : asAdmin().header("Idempotency-Key", key))
                .post(SCHEDULES + "/" + name + "/run")
                .then();
    }

    private static ValidatableResponse get(String name) {
        return asAdmin().get(SCHEDULES + "/" + name).then();
    }

    private static ValidatableResponse patch(String name, String tag, JsonObject patch) {
        return patch(name, tag, patch.encode());
    }

    private static ValidatableResponse patch(String name, String tag, String patch) {
        return (tag == null ? asAdmin() : asAdmin().header("If-Match", tag))
                .contentType("application/merge-patch+json")
                .body(patch)
                .patch(SCHEDULES + "/" + name)
                .then();
    }

    private List<String> actions(String name) {
        return store
                .preparedQuery("SELECT action FROM audit WHERE object = $1 ORDER BY id")
                .execute(Tuple.of("schedule/" + name))
                .await()
                .atMost(Duration.ofSeconds(10))
                .stream()
                .map(row -> row.getString(0))
                .toList();
    }

    private String one(String sql, Object value) {
        return store.preparedQuery(sql)
                .execute(Tuple.of(value))
                .await()
                .atMost(Duration.ofSeconds(10))
                .iterator()
                .next()
                .getString(0);
    }
}
