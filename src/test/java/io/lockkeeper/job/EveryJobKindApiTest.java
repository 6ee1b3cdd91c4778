package io.lockkeeper.job;

import static io.lockkeeper.job.ApiJobs.PASSWORD;
import static io.lockkeeper.job.ApiJobs.await;
import static io.lockkeeper.job.ApiJobs.cancel;
import static io.lockkeeper.job.ApiJobs.start;
import static io.lockkeeper.job.ApiJobs.started;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lockkeeper.http.JsonSchema;
import io.lockkeeper.http.StrictReader;
import io.lockkeeper.job.Limits.TargetUse;
import io.lockkeeper.postgres.FakeServer;
import io.lockkeeper.postgres.ScratchServer;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.vertx.core.json.JsonObject;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.function.Executable;

/// What is demanded of every kind of job. A kind is put to all of this by existing: CDI finds it, and the request that
/// it is asked with is made from the schema of its spec (a needed text without an `examples` in its `@Schema` fails).
@QuarkusTest
class EveryJobKindApiTest {
    @Inject
    Kinds kinds;

    @Inject
    StrictReader reader;

    @Inject
    ObjectMapper json;

    @TestFactory
    Stream<DynamicNode> every() {
        assertThat(kinds.names()).contains("probe", "sleep");
        return kinds.all().stream()
                .map(kind -> dynamicContainer(
                        kind.name(),
                        List.of(
                                test("is well described", () -> isWellDescribed(kind)),
                                test(
                                        "has a spec that is read as it was written",
                                        () -> hasASpecThatIsReadAsWritten(kind)),
                                test("shows in /kinds and in the contract", () -> shows(kind)),
                                test("refuses what it does not know", () -> refusesWhatItDoesNotKnow(kind)),
                                test("knows whether it needs a target", () -> knowsWhetherItNeedsATarget(kind)),
                                test("can be cancelled before it begins", () -> canBeCancelledBeforeItBegins(kind)),
                                test(
                                        "can be cancelled while it runs or waits",
                                        () -> canBeCancelledWhileItRunsOrWaits(kind)),
                                test(
                                        "tells why it cannot reach its target",
                                        () -> tellsWhyItCannotReachItsTarget(kind)))));
    }

    private static DynamicNode test(String name, Executable test) {
        return dynamicTest(name, test);
    }

    @Test
    void twoKindsOfOneNameCannotStart() {
        JobKind<?, ?> probe = kinds.named("probe").orElseThrow();
        assertThatThrownBy(() -> new Kinds(List.of(probe, new TestCountJob(), probe)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("probe")
                .hasMessageContaining(probe.getClass().getName());
    }

    private static void isWellDescribed(JobKind<?, ?> kind) {
        assertThat(kind.name()).matches("[a-z][a-z0-9-]{0,62}");
        assertThat(kind.describes()).isNotBlank().hasSizeLessThan(200);
        assertThat(kind.specType()).isRecord();
        assertThat(resultType(kind)).isRecord();
        assertThat(kind.limits().maxAttempts()).isBetween(1, 10);
        assertThat(kind.limits().maxDuration()).isLessThanOrEqualTo(Duration.ofDays(7));
        if (kind.limits().target() == TargetUse.CHANGES) {
            assertThat(kind.limits().whenLost())
                    .as("a change that was cut off cannot simply be made again")
                    .isNotEqualTo(Limits.WhenLost.RESTART);
        }
    }

    private static Class<?> resultType(JobKind<?, ?> kind) {
        return Stream.of(kind.getClass().getMethods())
                .filter(method -> method.getName().equals("run") && !method.isBridge())
                .findFirst()
                .orElseThrow()
                .getReturnType();
    }

    private void hasASpecThatIsReadAsWritten(JobKind<?, ?> kind) throws Exception {
        Record spec = reader.read(minimal(JsonSchema.of(kind.specType())), kind.specType());

        String written = json.writeValueAsString(spec);

        assertThat(json.readValue(written, kind.specType())).isEqualTo(spec);
        assertThat(reader.read(json.readTree(written), kind.specType())).isEqualTo(spec);
    }

    private static void shows(JobKind<?, ?> kind) throws Exception {
        JsonNode schema = KindsApiTest.schemaOf(kind.name());
        assertThat(schema.at("/properties/kind/const").textValue()).isEqualTo(kind.name());
        assertThat(KindsApiTest.complaints(kind.name(), request(kind, "demo"))).isEmpty();
        assertThat(KindsApiTest.complaints(kind.name(), request(kind, "demo").put("more", 1)))
                .contains("more");

        JsonNode contract = KindsApiTest.contract();
        JsonNode promised = contract.at("/components/schemas/" + KindsInContract.schemaName(kind.name()));
        boolean forTests = kind.getClass().getSimpleName().startsWith("Test");
        assertThat(promised.isMissingNode()).isEqualTo(forTests);
        assertThat(contract.at("/components/schemas/JobRequest/discriminator/mapping")
                        .has(kind.name()))
                .isEqualTo(!forTests);
    }

    private static void refusesWhatItDoesNotKnow(JobKind<?, ?> kind) {
        start(request(kind, "demo").put("no-such-field", true))
                .statusCode(400)
                .body("code", is("invalid-request"))
                .body("errors.pointer", is(List.of("/no-such-field")));
    }

    private static void knowsWhetherItNeedsATarget(JobKind<?, ?> kind) {
        if (kind.limits().target() == TargetUse.NONE) {
            start(request(kind, "demo").put("target", "demo"))
                    .statusCode(400)
                    .body("errors.pointer", hasItem("/target"));
            return;
        }
        JsonObject without = request(kind, "demo");
        without.remove("target");
        start(without).statusCode(400).body("errors.pointer", is(List.of("/target")));
        start(request(kind, "demo").putNull("target")).statusCode(400).body("errors.pointer", is(List.of("/target")));
        start(request(kind, "nowhere")).statusCode(422).body("code", is("unknown-target"));
    }

    private static void canBeCancelledBeforeItBegins(JobKind<?, ?> kind) {
        long id = started(request(kind, kind.limits().target() == TargetUse.NONE ? null : ApiJobs.target())
                .put("notBefore", "2999-01-01T00:00:00Z"));
        cancel(id).statusCode(202).body("state", is("CANCELLED"));
    }

    /// The target takes the call and never says a word; it runs one job at a time, so that a second one waits.
    private static void canBeCancelledWhileItRunsOrWaits(JobKind<?, ?> kind) throws Exception {
        if (!reachesATarget(kind)) {
            return;
        }
        try (FakeServer silent = FakeServer.thatSaysNothing()) {
            String target =
                    ApiJobs.registerAt(silent.port(), new JsonObject().put("limits", new JsonObject().put("jobs", 1)));
            long running = started(request(kind, target));
            await(running, JobState.RUNNING);
            long waiting = started(request(kind, target));
            ApiJobs.get(waiting).body("state", is("QUEUED"));

            cancel(waiting).statusCode(202).body("state", is("CANCELLED"));
            cancel(running).statusCode(202);

            JsonPath ended = await(running, JobState.CANCELLED, JobState.SUCCEEDED, JobState.FAILED);
            assertThat(ended.getString("state")).isEqualTo("CANCELLED");
            assertThat(Duration.between(at(ended, "cancelRequestedAt"), at(ended, "finishedAt")))
                    .isLessThan(Duration.ofSeconds(10));
        }
    }

    private static void tellsWhyItCannotReachItsTarget(JobKind<?, ?> kind) throws Exception {
        if (!reachesATarget(kind)) {
            return;
        }
        String target = ApiJobs.registerAt(ScratchServer.freePort(), new JsonObject());
        long id = started(request(kind, target));

        JsonPath ended = await(id, JobState.FAILED);

        assertThat(ended.getString("error.code")).isEqualTo("target-unreachable");
        assertThat(ended.getString("error.type")).isEqualTo("urn:lockkeeper:problem:target-unreachable");
        assertThat(ended.getString("error.title")).isNotBlank();
        assertThat(ended.getInt("error.status")).isEqualTo(502);
        assertThat(ended.getString("error.detail")).contains(target);
        assertThat(ended.prettify()).doesNotContain(PASSWORD);
    }

    /// A look at a repository ends before that: nobody has registered one here.
    private static boolean reachesATarget(JobKind<?, ?> kind) {
        TargetUse use = kind.limits().target();
        return use != TargetUse.NONE && use != TargetUse.NAMED && !kind.name().equals("backup-repository-look");
    }

    private static Instant at(JsonPath job, String field) {
        return Instant.parse(job.getString(field));
    }

    /// The shortest request that a kind accepts.
    private static JsonObject request(JobKind<?, ?> kind, String target) {
        JsonObject request =
                new JsonObject(minimal(JsonSchema.of(kind.specType())).toString()).put("kind", kind.name());
        return kind.limits().target() == TargetUse.NONE ? request : request.put("target", target);
    }

    private static JsonNode minimal(JsonNode schema) {
        if (schema.has("examples")) {
            return schema.at("/examples/0");
        }
        if (schema.has("enum")) {
            return schema.at("/enum/0");
        }
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        return switch (schema.path("type").textValue()) {
            case "object" -> minimalObject(schema);
            case "array" -> minimalArray(schema);
            case "boolean" -> nodes.booleanNode(false);
            case "integer" ->
                nodes.numberNode(Math.max(1, schema.path("minimum").longValue()));
            case "number" -> nodes.numberNode(1.5);
            case "string" ->
                throw new AssertionError("a text that is needed wants an example, @Schema(examples = ...): " + schema);
            default -> throw new AssertionError("no way to make an example for " + schema);
        };
    }

    private static ObjectNode minimalObject(JsonNode schema) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        for (JsonNode name : schema.path("required")) {
            object.set(name.textValue(), minimal(schema.get("properties").get(name.textValue())));
        }
        return object;
    }

    private static JsonNode minimalArray(JsonNode schema) {
        var array = JsonNodeFactory.instance.arrayNode();
        return schema.path("minItems").intValue() > 0 ? array.add(minimal(schema.get("items"))) : array;
    }
}
