package io.lockkeeper.schedule;

import static io.lockkeeper.schedule.ApiSchedules.SCHEDULES;
import static io.lockkeeper.schedule.ApiSchedules.actions;
import static io.lockkeeper.schedule.ApiSchedules.create;
import static io.lockkeeper.schedule.ApiSchedules.fresh;
import static io.lockkeeper.schedule.ApiSchedules.get;
import static io.lockkeeper.schedule.ApiSchedules.json;
import static io.lockkeeper.schedule.ApiSchedules.one;
import static io.lockkeeper.schedule.ApiSchedules.patch;
import static io.lockkeeper.schedule.ApiSchedules.runs;
import static io.lockkeeper.schedule.ApiSchedules.spec;
import static io.lockkeeper.security.ApiTokens.as;
import static io.lockkeeper.security.ApiTokens.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import io.lockkeeper.job.ApiJobs;
import io.lockkeeper.security.ApiTokens;
import io.lockkeeper.security.Role;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// Schedules, as callers know them.
@QuarkusTest
class ScheduleApiTest {
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
        assertThat(actions(store, name)).containsExactly("schedule.create", "schedule.change", "schedule.delete");
        assertThat(one(
                        store,
                        "SELECT detail ->> 'fields' FROM audit WHERE object = $1 AND action = 'schedule.change'",
                        "schedule/" + name))
                .isEqualTo("[\"cron\", \"jitter\", \"onMissed\"]");
        assertThat(one(store, "SELECT DISTINCT target FROM audit WHERE object = $1", "schedule/" + name))
                .isEqualTo(target);
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
        assertThat(actions(store, spec.getString("name"))).containsExactly("schedule.create");
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
}
