package io.lockkeeper.job;

import static org.eclipse.microprofile.openapi.OASFactory.createAPIResponse;
import static org.eclipse.microprofile.openapi.OASFactory.createContent;
import static org.eclipse.microprofile.openapi.OASFactory.createHeader;
import static org.eclipse.microprofile.openapi.OASFactory.createMediaType;
import static org.eclipse.microprofile.openapi.OASFactory.createParameter;
import static org.eclipse.microprofile.openapi.OASFactory.createSchema;

import io.lockkeeper.http.IdempotencyKey;
import io.lockkeeper.http.Preference;
import io.lockkeeper.job.StartsAJob.TargetFrom;
import io.quarkus.smallrye.openapi.OpenApiFilter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.media.MediaType;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.media.Schema.SchemaType;
import org.eclipse.microprofile.openapi.models.parameters.Parameter;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;
import org.jboss.jandex.AnnotationInstance;
import org.jboss.jandex.AnnotationValue;
import org.jboss.jandex.IndexView;

/// Writes into the contract what every endpoint has that is marked with [StartsAJob]: the fields that are common to all
/// jobs, the headers, the answers, and the problems. Before the rules that hold for all operations.
@OpenApiFilter(stages = OpenApiFilter.RunStage.BUILD, priority = 20)
public class JobStartsInContract implements OASFilter {
    private static final String SCHEMAS = "#/components/schemas/";
    private static final String OPTIONS = "JobOptions";
    private static final String ANY_KIND = SCHEMAS + "JobRequest";

    private final Map<String, TargetFrom> marked = new HashMap<>();

    public JobStartsInContract(IndexView index) {
        for (AnnotationInstance mark : index.getAnnotations(StartsAJob.class)) {
            AnnotationInstance operation =
                    mark.target().asMethod().annotation(org.eclipse.microprofile.openapi.annotations.Operation.class);
            AnnotationValue target = mark.value("target");
            marked.put(
                    operation.value("operationId").asString(),
                    target == null ? TargetFrom.BODY : TargetFrom.valueOf(target.asEnum()));
        }
    }

    @Override
    public void filterOpenAPI(OpenAPI document) {
        document.getComponents().addSchema(OPTIONS, options(document));
        document.getPaths().getPathItems().values().stream()
                .flatMap(path -> path.getOperations().values().stream())
                .filter(operation -> marked.containsKey(operation.getOperationId()))
                .forEach(operation -> complete(operation, marked.get(operation.getOperationId())));
    }

    /// All of [JobRequest] but what the path says, or each endpoint for itself.
    private static Schema options(OpenAPI document) {
        Map<String, Schema> common = new LinkedHashMap<>(
                document.getComponents().getSchemas().get("JobRequest").getProperties());
        common.keySet().removeAll(List.of("kind", "target"));
        return object().description("What can be said of every job, whatever its kind")
                .properties(common);
    }

    private static void complete(Operation operation, TargetFrom from) {
        operation
                .getRequestBody()
                .getContent()
                .getMediaTypes()
                .values()
                .forEach(media -> media.setSchema(request(media.getSchema(), from)));
        operation.getRequestBody().setRequired(from != TargetFrom.PATH);
        operation
                .addParameter(header(
                                Preference.HEADER,
                                "wait=N: answer when the job has ended, after N (at most 60) seconds at the latest")
                        .schema(text().examples(List.of("wait=10"))))
                .addParameter(header(
                        IdempotencyKey.HEADER,
                        "The same key with the same body starts nothing twice; kept for 24 hours"));
        answers(operation, from);
        problem(operation, "409", "`conflicting-job`, `target-gone`");
        problem(
                operation,
                "422",
                switch (from) {
                    case BODY -> "`unknown-target`, `idempotency-key-reused`";
                    case BODY_OR_LABELS ->
                        "`unknown-target`, `no-target-matches`, `too-many-targets`, `idempotency-key-reused`";
                    case PATH -> "`idempotency-key-reused`";
                });
    }

    private static Schema request(Schema spec, TargetFrom from) {
        if (spec != null && ANY_KIND.equals(spec.getRef())) {
            return spec;
        }
        List<Schema> parts = new ArrayList<>();
        if (spec != null && spec.getRef() != null) { // else it is the generator's guess: some bytes
            parts.add(spec);
        }
        parts.add(createSchema().ref(SCHEMAS + OPTIONS));
        Schema request = object().allOf(parts);
        if (from != TargetFrom.PATH) {
            request.addProperty("target", text().description("The registered database"));
        }
        if (from == TargetFrom.BODY) {
            request.addRequired("target");
        }
        if (from == TargetFrom.BODY_OR_LABELS) {
            request.addProperty(
                    "targets",
                    createSchema()
                            .addType(SchemaType.ARRAY)
                            .items(text())
                            .description("Conditions on labels, such as env=prod; instead of target. One job each"));
        }
        return request;
    }

    private static void answers(Operation operation, TargetFrom from) {
        Schema job = createSchema().ref(SCHEMAS + "JobView");
        Schema jobs = createSchema().ref(SCHEMAS + "PageJobView");
        boolean many = from == TargetFrom.BODY_OR_LABELS;
        APIResponse accepted = answer(
                        many
                                ? "Accepted; follow Location. With `targets`: a list of jobs"
                                : "Accepted; follow Location",
                        many ? createSchema().oneOf(List.of(job, jobs)) : job)
                .addHeader("Retry-After", createHeader().schema(createSchema().addType(SchemaType.INTEGER)));
        operation.getResponses().addAPIResponse("202", accepted);
        operation.getResponses().addAPIResponse("200", answer("Ended within Prefer: wait", job));
    }

    private static APIResponse answer(String description, Schema schema) {
        MediaType json = createMediaType().schema(schema);
        return createAPIResponse()
                .description(description)
                .addHeader("Location", createHeader().schema(text()))
                .addHeader(Preference.APPLIED, createHeader().schema(text()))
                .addHeader(
                        IdempotencyKey.REPLAYED,
                        createHeader().schema(createSchema().addType(SchemaType.BOOLEAN)))
                .content(createContent().addMediaType("application/json", json));
    }

    /// Beside those that the endpoint names itself.
    private static void problem(Operation operation, String status, String common) {
        APIResponse own = operation.getResponses().getAPIResponse(status);
        operation
                .getResponses()
                .addAPIResponse(
                        status,
                        createAPIResponse().description(own == null ? common : own.getDescription() + ", " + common));
    }

    private static Parameter header(String name, String description) {
        return createParameter()
                .name(name)
                .in(Parameter.In.HEADER)
                .description(description)
                .schema(text());
    }

    private static Schema text() {
        return createSchema().addType(SchemaType.STRING);
    }

    private static Schema object() {
        return createSchema().addType(SchemaType.OBJECT);
    }
}
