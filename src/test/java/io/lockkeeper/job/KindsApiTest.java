package io.lockkeeper.job;

import static io.lockkeeper.security.ApiTokens.asAdmin;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What `/kinds` promises about requests is what the contract promises, and holds.
@QuarkusTest
class KindsApiTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void listsTheKindsWithTheirSchemas() {
        asAdmin()
                .get("/api/v1/kinds")
                .then()
                .statusCode(200)
                .body("next", nullValue())
                .body("items.name", hasItems("probe", "sleep"))
                .body("items.description", everyItem(notNullValue()))
                .body("items.find { it.name == 'sleep' }.target", is("reads"))
                .body("items.find { it.name == 'sleep' }.maxAttempts", is(3))
                .body("items.find { it.name == 'sleep' }.maxDuration", is("2h"))
                .body("items.find { it.name == 'sleep' }.whenLost", is("restart"))
                .body("items.find { it.name == 'sleep' }.schema.required", hasItems("kind", "target", "duration"))
                .body("items.find { it.name == 'sleep' }.schema.properties.kind.const", is("sleep"))
                .body("items.find { it.name == 'sleep' }.schema.properties.priority.default", is(5))
                .body("items.find { it.name == 'test-count' }.schema.properties.target", nullValue());
    }

    @Test
    void acceptsTheExamplesOfTheContractAndNoUnknownFields() throws IOException {
        List<JsonObject> examples = examples();
        assertThat(examples).isNotEmpty();
        for (JsonObject example : examples) {
            String kind = example.getString("kind");
            assertThat(complaints(kind, example)).as(example.encode()).isEmpty();
            assertThat(complaints(kind, example.copy().put("more", 1))).contains("more");
            assertThat(complaints(kind, example.copy().put("kind", "other"))).contains("kind");
            assertThat(complaints(kind, example.copy().putNull("target"))).contains("target");
        }
    }

    @Test
    void theContractDescribesARequestForEachKind() throws IOException {
        JsonNode contract = contract();
        JsonNode request = contract.at("/components/schemas/JobRequest");
        assertThat(contract.at("/paths/~1api~1v1~1jobs/post/requestBody/content/application~1json/schema/$ref")
                        .textValue())
                .isEqualTo("#/components/schemas/JobRequest");
        assertThat(request.at("/discriminator/propertyName").textValue()).isEqualTo("kind");
        assertThat(request.at("/discriminator/mapping/sleep").textValue())
                .isEqualTo("#/components/schemas/SleepJobRequest");
        assertThat(request.get("oneOf").findValuesAsText("$ref"))
                .contains("#/components/schemas/ProbeJobRequest", "#/components/schemas/SleepJobRequest")
                .noneMatch(kind -> kind.contains("/Test"));
    }

    @Test
    void theContractAndTheKindsSayTheSame() throws IOException {
        for (String kind : List.of("probe", "sleep")) {
            JsonNode promised = contract().at("/components/schemas/" + KindsInContract.schemaName(kind));
            JsonNode schema = schemaOf(kind);
            assertThat(promised.get("properties")).isEqualTo(schema.get("properties"));
            assertThat(promised.get("required")).isEqualTo(schema.get("required"));
            assertThat(promised.get("additionalProperties").booleanValue()).isFalse();
        }
    }

    @Test
    void theContractSaysWhatAJobHolds() throws IOException {
        JsonNode job = contract().at("/components/schemas/JobView/properties");
        assertThat(job.at("/error/$ref").textValue()).isEqualTo("#/components/schemas/Problem");
        assertThat(job.at("/steps/items/$ref").textValue()).isEqualTo("#/components/schemas/JobStep");
        assertThat(job.at("/progress/$ref").textValue()).isEqualTo("#/components/schemas/JobProgress");
    }

    @Test
    void whateverStartsAJobTakesAndAnswersTheSame() throws IOException {
        for (String path : List.of("/jobs", "/timeout-policies", "/timeout-policies/{id}/undo")) {
            JsonNode post = contract().path("paths").path("/api/v1" + path).path("post");
            assertThat(post.at("/parameters").findValuesAsText("name")).contains("Prefer", "Idempotency-Key");
            assertThat(post.at("/responses/202/headers").has("Location")).isTrue();
            assertThat(post.at("/responses/200/content").toString()).contains("JobView");
            assertThat(post.at("/responses/409/description").textValue()).contains("`conflicting-job`");
            assertThat(post.at("/responses/422/content").has("application/problem+json"))
                    .isTrue();
            assertThat(post.at("/requestBody/content/application~1json/schema").toString())
                    .containsAnyOf("JobOptions", "JobRequest");
        }
    }

    @Test
    void everyRequestHasAnExample() throws IOException {
        contract().get("paths").properties().forEach(path -> path.getValue()
                .properties()
                .forEach(operation -> {
                    JsonNode body = operation.getValue().path("requestBody").path("content");
                    body.properties().stream()
                            .filter(media -> !media.getValue()
                                    .at("/schema/format")
                                    .asText()
                                    .equals("binary"))
                            .forEach(media -> assertThat(media.getValue().path("examples"))
                                    .as("examples of " + operation.getKey() + " " + path.getKey())
                                    .isNotEmpty());
                }));
    }

    private static List<JsonObject> examples() throws IOException {
        return contract()
                .at("/paths/~1api~1v1~1jobs/post/requestBody/content/application~1json/examples")
                .properties()
                .stream()
                .map(example -> example.getValue().get("value"))
                .map(value -> new JsonObject(value.isTextual() ? value.textValue() : value.toString()))
                .toList();
    }

    static JsonNode contract() throws IOException {
        return JSON.readTree(
                given().get("/q/openapi?format=json").then().extract().asByteArray());
    }

    static JsonNode schemaOf(String kind) throws IOException {
        JsonNode kinds =
                JSON.readTree(asAdmin().get("/api/v1/kinds").then().extract().asByteArray());
        for (JsonNode one : kinds.get("items")) {
            if (one.get("name").textValue().equals(kind)) {
                return one.get("schema");
            }
        }
        throw new AssertionError("no kind is called " + kind);
    }

    static String complaints(String kind, JsonObject request) throws IOException {
        return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                .getSchema(schemaOf(kind))
                .validate(request.encode(), InputFormat.JSON)
                .stream()
                .map(Object::toString)
                .reduce("", (all, one) -> all + one + "\n");
    }
}
