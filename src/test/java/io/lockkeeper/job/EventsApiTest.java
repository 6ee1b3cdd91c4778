package io.lockkeeper.job;

import static io.lockkeeper.security.ApiTokens.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import io.lockkeeper.TestServers;
import io.lockkeeper.job.SseClient.Event;
import io.lockkeeper.job.SseClient.Stream;
import io.lockkeeper.security.ApiTokens;
import io.lockkeeper.store.StoreAddress;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The story of jobs as clients read it: streams, pages, log lines.
@QuarkusTest
class EventsApiTest {
    private static final Duration BOUND = Duration.ofSeconds(20);
    private static final List<String> STORY = List.of("QUEUED", "RUNNING", "SUCCEEDED");

    private final Vertx vertx = Vertx.vertx();
    private SseClient clients;

    @BeforeEach
    void connect() {
        clients = new SseClient(vertx, RestAssured.port, ApiTokens.admin());
    }

    @AfterEach
    void close() {
        clients.close();
        vertx.close();
    }

    @Test
    void aNewStreamBeginsWithTheJobAndEndsWithIt() {
        long job = sleep(target(), "300ms");

        Stream stream = ended(clients.open("/api/v1/jobs/" + job + "/events"));

        assertThat(stream.status()).isEqualTo(200);
        assertThat(stream.header("Content-Type")).startsWith("text/event-stream");
        assertThat(stream.header("Cache-Control")).isEqualTo("no-store");
        assertThat(stream.header("X-Accel-Buffering")).isEqualTo("no");
        assertThat(stream.all().getFirst().retry()).isEqualTo("2000");
        Event first = stream.events().getFirst();
        assertThat(first.name()).isEqualTo("snapshot");
        assertThat(first.json().getLong("id")).isEqualTo(job);
        assertThat(stream.events().getLast().name()).isEqualTo("end");
        assertThat(stream.states()).last().isEqualTo("SUCCEEDED");
        assertThat(stream.events("state").getLast().json().getMap())
                .containsKeys("seq", "job", "state", "attempt", "at");
        assertThat(stream.events("step")).last().satisfies(step -> assertThat(
                        step.json().getMap())
                .containsEntry("name", "sleep")
                .containsEntry("state", "SUCCEEDED")
                .containsKeys("no", "ms"));
        assertThat(told(stream)).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void resumesInTheMiddleAndStopsAtTheEnd() {
        long job = sleep(target(), "10ms");
        String path = "/api/v1/jobs/" + job + "/events";
        Stream whole = ended(clients.open(path + "?after=0"));
        assertThat(whole.states()).isEqualTo(STORY);
        List<Event> told = whole.events().subList(0, whole.events().size() - 1);

        Stream rest = ended(clients.open(path, told.get(1).id()));
        Stream restByQuery = ended(clients.open(path + "?after=" + told.get(1).id()));
        Stream nothing = ended(clients.open(path, told.getLast().id()));

        assertThat(rest.events())
                .isEqualTo(whole.events().subList(2, whole.events().size()));
        assertThat(restByQuery.events()).isEqualTo(rest.events());
        assertThat(nothing.status()).isEqualTo(204);
    }

    @Test
    void startsOverFromAPlaceThatItDoesNotKnow() {
        long job = sleep(target(), "10ms");
        awaitEnd(job);

        Stream stream = ended(clients.open("/api/v1/jobs/" + job + "/events", "999999999"));

        assertThat(stream.events().stream().map(Event::name)).containsExactly("reset", "end");
        assertThat(stream.events().getFirst().json().getString("state")).isEqualTo("SUCCEEDED");
    }

    @Test
    void theFirehoseShowsWhatIsAskedFor() {
        String one = target();
        String other = target();
        Stream ofOne = opened(clients.open("/api/v1/events?target=" + one));
        Stream ofKind = opened(clients.open("/api/v1/events?kind=probe"));
        Stream unknownPlace = opened(clients.open("/api/v1/events?target=" + one, "999999999"));

        long probe = start("{\"kind\": \"probe\", \"target\": \"" + other + "\"}");
        long sleep = sleep(one, "10ms");

        Awaitility.await().atMost(BOUND).until(() -> ofOne.states().contains("SUCCEEDED"));
        assertThat(ofOne.states()).isEqualTo(STORY);
        assertThat(jobs(ofOne)).containsOnly(sleep);
        Awaitility.await().atMost(BOUND).until(() -> unknownPlace.states().contains("SUCCEEDED"));
        assertThat(unknownPlace.events().getFirst().name()).isEqualTo("reset");
        assertThat(unknownPlace.states()).isEqualTo(STORY);
        Awaitility.await().atMost(BOUND).until(() -> ofKind.states().contains("SUCCEEDED"));
        assertThat(jobs(ofKind)).contains(probe).doesNotContain(sleep);
        assertThat(List.of(ofOne, ofKind)).allMatch(Stream::isOpen);
    }

    @Test
    void theFirehoseResumesWhereItWasLeft() {
        String target = target();
        Stream first = opened(clients.open("/api/v1/events?target=" + target));
        sleep(target, "10ms");
        Awaitility.await().atMost(BOUND).until(() -> first.states().equals(STORY));
        first.close();
        sleep(target, "10ms");

        Stream second = clients.open(
                "/api/v1/events?target=" + target, first.events().getLast().id());

        Awaitility.await().atMost(BOUND).until(() -> second.states().equals(STORY));
        assertThat(jobs(second)).hasSize(1).isNotEqualTo(jobs(first));
    }

    @Test
    void eventsAsPages() {
        long job = sleep(target(), "10ms");
        awaitEnd(job);
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
        long job = sleep(target(), "10ms");
        awaitEnd(job);
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
        long job = sleep(target(), "60s");
        Awaitility.await().atMost(BOUND).until(() -> asAdmin()
                .accept("text/plain")
                .get("/api/v1/jobs/" + job + "/log")
                .asString()
                .contains("sleeping"));

        asAdmin().get("/api/v1/jobs/" + job + "/log").then().header("X-Complete", "false");
        asAdmin().post("/api/v1/jobs/" + job + "/cancel").then().statusCode(202);
        awaitEnd(job);
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

    private static List<Long> told(Stream stream) {
        return stream.events().stream()
                .filter(event -> event.id() != null)
                .map(event -> Long.parseLong(event.id()))
                .toList();
    }

    private static List<Long> jobs(Stream stream) {
        return stream.events().stream()
                .filter(event -> !event.name().equals("reset"))
                .map(event -> event.json().getLong("job"))
                .distinct()
                .toList();
    }

    private static Stream ended(Stream stream) {
        Awaitility.await().atMost(BOUND).until(stream::hasEnded);
        assertThat(stream.failure()).isNull();
        return stream;
    }

    /// It begins now: what comes after its first bytes is in it.
    private static Stream opened(Stream stream) {
        Awaitility.await()
                .atMost(BOUND)
                .until(() -> stream.isOpen() && !stream.all().isEmpty());
        return stream;
    }

    private static void awaitEnd(long job) {
        Awaitility.await()
                .atMost(BOUND)
                .until(() -> asAdmin().get("/api/v1/jobs/" + job).jsonPath().getBoolean("done"));
    }

    private static long sleep(String target, String duration) {
        return start("{\"kind\": \"sleep\", \"target\": \"" + target + "\", \"duration\": \"" + duration + "\"}");
    }

    private static long start(String spec) {
        return asAdmin()
                .contentType(ContentType.JSON)
                .body(spec)
                .post("/api/v1/jobs")
                .then()
                .statusCode(202)
                .extract()
                .jsonPath()
                .getLong("id");
    }

    private static String target() {
        String name = "t-" + UUID.randomUUID();
        StoreAddress database = TestServers.emptyDatabase();
        JsonObject spec = new JsonObject()
                .put("name", name)
                .put("engine", "postgresql")
                .put("host", database.host())
                .put("port", database.port())
                .put("database", database.database())
                .put("username", database.username())
                .put(
                        "credential",
                        new JsonObject().put("value", database.password().orElseThrow()))
                .put("tls", new JsonObject().put("mode", "disable"));
        asAdmin()
                .contentType(ContentType.JSON)
                .body(spec.encode())
                .post("/api/v1/targets")
                .then()
                .statusCode(201);
        return name;
    }
}
