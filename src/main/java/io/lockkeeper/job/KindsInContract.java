package io.lockkeeper.job;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quarkus.smallrye.openapi.OpenApiFilter;
import io.smallrye.openapi.api.SmallRyeOpenAPI;
import jakarta.inject.Singleton;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.media.Discriminator;
import org.eclipse.microprofile.openapi.models.media.Schema;

/// Writes into the contract what a request for a job looks like: one schema for each kind that this instance knows, the
/// same as in `/kinds`. At start, because only then it is known which kinds there are.
@Singleton
@OpenApiFilter(stages = OpenApiFilter.RunStage.RUNTIME_STARTUP)
public class KindsInContract implements OASFilter {
    private static final String REFERENCE = "#/components/schemas/";

    private final Kinds kinds;

    KindsInContract(Kinds kinds) {
        this.kinds = kinds;
    }

    @Override
    public void filterOpenAPI(OpenAPI document) {
        Map<String, Schema> schemas = new TreeMap<>(document.getComponents().getSchemas());
        schemas.putAll(requests());
        schemas.put("JobRequest", anyOfThem());
        document.getComponents().setSchemas(schemas);
    }

    /// A kind whose spec is hidden is nobody's business but the tests'.
    private Stream<JobKind<?, ?>> shown() {
        return kinds.all().stream().filter(kind -> !isHidden(kind));
    }

    static boolean isHidden(JobKind<?, ?> kind) {
        var told = kind.specType().getAnnotation(org.eclipse.microprofile.openapi.annotations.media.Schema.class);
        return told != null && told.hidden();
    }

    /// `RestoreTestJobRequest` for `restore-test`.
    static String schemaName(String kind) {
        StringBuilder name = new StringBuilder();
        for (String word : kind.split("-")) {
            name.append(Character.toUpperCase(word.charAt(0))).append(word, 1, word.length());
        }
        return name + "JobRequest";
    }

    private Schema anyOfThem() {
        List<Schema> all = new ArrayList<>();
        Discriminator byKind = OASFactory.createDiscriminator().propertyName("kind");
        shown().map(JobKind::name).forEach(kind -> {
            all.add(OASFactory.createSchema().ref(REFERENCE + schemaName(kind)));
            byKind.addMapping(kind, REFERENCE + schemaName(kind));
        });
        return OASFactory.createSchema()
                .description("What is common to all jobs, and the fields of the kind, in one object")
                .oneOf(all)
                .discriminator(byKind);
    }

    /// Read by the generator's own reader, which knows how to make its model of JSON.
    private Map<String, Schema> requests() {
        ObjectNode document = JsonNodeFactory.instance.objectNode().put("openapi", "3.1.0");
        ObjectNode schemas = document.putObject("components").putObject("schemas");
        shown().forEach(kind -> {
            ObjectNode schema = KindSchema.of(kind).put("description", kind.describes());
            schema.remove("$schema");
            schemas.set(schemaName(kind.name()), schema);
        });
        byte[] json = document.toString().getBytes(StandardCharsets.UTF_8);
        return SmallRyeOpenAPI.builder()
                .enableModelReader(false)
                .enableStandardStaticFiles(false)
                .enableAnnotationScan(false)
                .enableStandardFilter(false)
                .withCustomStaticFile(() -> new ByteArrayInputStream(json))
                .build()
                .model()
                .getComponents()
                .getSchemas();
    }
}
