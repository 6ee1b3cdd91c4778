package io.lockkeeper.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.job.SseClient.Event;
import io.lockkeeper.job.SseClient.Stream;
import io.lockkeeper.security.ApiTokens;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The story of jobs as it is told to who follows it.
@QuarkusTest
class EventStreamApiTest {
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
        long job = sleep(ApiJobs.target(), "300ms");

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
        long job = sleep(ApiJobs.target(), "10ms");
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
        long job = sleep(ApiJobs.target(), "10ms");
        ApiJobs.await(job, JobState.SUCCEEDED);

        Stream stream = ended(clients.open("/api/v1/jobs/" + job + "/events", "999999999"));

        assertThat(stream.events().stream().map(Event::name)).containsExactly("reset", "end");
        assertThat(stream.events().getFirst().json().getString("state")).isEqualTo("SUCCEEDED");
    }

    @Test
    void theFirehoseShowsWhatIsAskedFor() {
        String one = ApiJobs.target();
        String other = ApiJobs.target();
        Stream ofOne = opened(clients.open("/api/v1/events?target=" + one));
        Stream ofKind = opened(clients.open("/api/v1/events?kind=probe"));
        Stream unknownPlace = opened(clients.open("/api/v1/events?target=" + one, "999999999"));

        long probe = ApiJobs.started(new JsonObject().put("kind", "probe").put("target", other));
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
        String target = ApiJobs.target();
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

    private static long sleep(String target, String duration) {
        return ApiJobs.started(ApiJobs.sleep(target, duration));
    }
}
