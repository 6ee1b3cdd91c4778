package io.lockkeeper.http;

import io.quarkus.smallrye.openapi.OpenApiFilter;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.PathItem;
import org.eclipse.microprofile.openapi.models.Paths;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;
import org.eclipse.microprofile.openapi.models.security.SecurityScheme;

/// Writes into the contract what holds everywhere: every failure is a problem, durations are text with a unit, and
/// the order of things is the alphabet's, so that two builds give the same document.
@OpenApiFilter(stages = OpenApiFilter.RunStage.BUILD)
public class OpenApiRules implements OASFilter {
    private static final String BEARER = "bearer";
    private static final String FIRST_PROBLEM = "400";
    private static final Map<String, String> PROBLEMS_OF_ALL = Map.of(
            "401", "No token, or one that is unknown, revoked or expired",
            "403", "The caller may not do this",
            "500", "Something went wrong inside; the log has it under the request id",
            "503", "The store does not answer; Retry-After says when to try again");
    private static final Map<String, String> PROBLEMS_OF_INPUT =
            Map.of("400", "The request has faults; each is listed", "415", "The body is of another type");

    @Override
    public void filterOpenAPI(OpenAPI document) {
        sortPaths(document);
        demandToken(document);
        Map<String, Schema> schemas = new TreeMap<>(document.getComponents().getSchemas());
        schemas.put("Fault", fault());
        schemas.put("Problem", problem());
        schemas.computeIfPresent("Duration", (name, schema) -> duration());
        document.getComponents().setSchemas(schemas);
        document.getPaths().getPathItems().values().stream()
                .flatMap(path -> path.getOperations().values().stream())
                .forEach(OpenApiRules::documentProblems);
    }

    private static void demandToken(OpenAPI document) {
        document.getComponents()
                .addSecurityScheme(
                        BEARER,
                        OASFactory.createSecurityScheme()
                                .type(SecurityScheme.Type.HTTP)
                                .scheme("bearer")
                                .description("A token, as in lk_17_...: paste it here as it is."));
        document.setSecurity(List.of(OASFactory.createSecurityRequirement().addScheme(BEARER)));
    }

    private static void sortPaths(OpenAPI document) {
        Paths sorted = OASFactory.createPaths();
        for (Map.Entry<String, PathItem> path :
                new TreeMap<>(document.getPaths().getPathItems()).entrySet()) {
            sorted.addPathItem(path.getKey(), path.getValue());
        }
        document.setPaths(sorted);
    }

    private static void documentProblems(Operation operation) {
        addAll(operation, PROBLEMS_OF_ALL);
        boolean takesInput = operation.getRequestBody() != null
                || (operation.getParameters() != null
                        && !operation.getParameters().isEmpty());
        if (takesInput) {
            addAll(
                    operation,
                    operation.getRequestBody() == null
                            ? Map.of("400", PROBLEMS_OF_INPUT.get("400"))
                            : PROBLEMS_OF_INPUT);
        }
        Map<String, APIResponse> answers =
                new TreeMap<>(operation.getResponses().getAPIResponses());
        answers.replaceAll((status, answer) -> status.compareTo(FIRST_PROBLEM) >= 0 && answer.getContent() == null
                ? answer(answer.getDescription())
                : answer);
        operation.getResponses().setAPIResponses(answers);
    }

    private static void addAll(Operation operation, Map<String, String> problems) {
        problems.forEach((status, description) -> {
            APIResponse known = operation.getResponses().getAPIResponse(status);
            if (known == null || known.getContent() == null) {
                operation
                        .getResponses()
                        .addAPIResponse(status, answer(known == null ? description : known.getDescription()));
            }
        });
    }

    private static APIResponse answer(String description) {
        return OASFactory.createAPIResponse()
                .description(description)
                .content(OASFactory.createContent()
                        .addMediaType(
                                ProblemWriter.MEDIA_TYPE,
                                OASFactory.createMediaType()
                                        .schema(OASFactory.createSchema().ref("#/components/schemas/Problem"))));
    }

    private static Schema fault() {
        return object("One thing that is wrong with a request")
                .addProperty("pointer", text("RFC 6901 pointer into the body", "/roles/0"))
                .addProperty("detail", text("What is wrong", "must be one of viewer, operator, approver, admin"))
                .required(List.of("pointer", "detail"));
    }

    private static Schema problem() {
        return object("RFC 9457")
                .addProperty(
                        "type", text("urn:lockkeeper:problem: and the code", "urn:lockkeeper:problem:invalid-request"))
                .addProperty("title", text("The same for every problem of this code", "Invalid request"))
                .addProperty("status", OASFactory.createSchema().addType(Schema.SchemaType.INTEGER))
                .addProperty("detail", text("One sentence that says what to do", "The request has 2 faults."))
                .addProperty("instance", text("The path that was asked for", "/api/v1/tokens"))
                .addProperty("code", text("For programs; stable", "invalid-request"))
                .addProperty(
                        "errors",
                        OASFactory.createSchema()
                                .addType(Schema.SchemaType.ARRAY)
                                .items(OASFactory.createSchema().ref("#/components/schemas/Fault")))
                .addProperty("requestId", text("The X-Request-Id of the answer", "2c9f6c1e"))
                .required(List.of("type", "title", "status", "detail", "code"));
    }

    private static Schema duration() {
        return text("A whole number and a unit: 500ms, 30s, 15m, 2h, 7d", "30s").pattern(Durations.PATTERN);
    }

    private static Schema object(String description) {
        return OASFactory.createSchema().addType(Schema.SchemaType.OBJECT).description(description);
    }

    private static Schema text(String description, String example) {
        return OASFactory.createSchema()
                .addType(Schema.SchemaType.STRING)
                .description(description)
                .examples(List.of(example));
    }
}
