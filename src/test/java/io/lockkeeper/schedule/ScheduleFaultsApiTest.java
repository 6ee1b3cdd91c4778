package io.lockkeeper.schedule;

import static io.lockkeeper.schedule.ApiSchedules.SCHEDULES;
import static io.lockkeeper.schedule.ApiSchedules.create;
import static io.lockkeeper.schedule.ApiSchedules.fresh;
import static io.lockkeeper.schedule.ApiSchedules.json;
import static io.lockkeeper.schedule.ApiSchedules.one;
import static io.lockkeeper.schedule.ApiSchedules.patch;
import static io.lockkeeper.schedule.ApiSchedules.spec;
import static io.lockkeeper.security.ApiTokens.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What is wrong with a schedule is told when it is made or changed, not when it is due.
@QuarkusTest
class ScheduleFaultsApiTest {
    @Inject
    Pool store;

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
        assertThat(one(store, "SELECT count(*)::text FROM schedule WHERE name = $1", probe.getString("name")))
                .isEqualTo("0");
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
}
