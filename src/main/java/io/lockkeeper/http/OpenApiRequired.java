package io.lockkeeper.http;

import io.quarkus.smallrye.openapi.OpenApiFilter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.jboss.jandex.AnnotationInstance;
import org.jboss.jandex.ClassInfo;
import org.jboss.jandex.DotName;
import org.jboss.jandex.IndexView;
import org.jboss.jandex.RecordComponentInfo;
import org.jspecify.annotations.Nullable;

/// Says in the contract which fields of a request must be given: those of our records that are not `@Nullable`. That is
/// the rule of [StrictReader], of which the generator knows nothing. Of answers nothing is said: what is null there is
/// left out.
@OpenApiFilter(stages = OpenApiFilter.RunStage.BUILD, priority = 10)
public class OpenApiRequired implements OASFilter {
    private static final DotName NULLABLE = DotName.createSimple(Nullable.class);
    private static final DotName SCHEMA =
            DotName.createSimple(org.eclipse.microprofile.openapi.annotations.media.Schema.class);

    private final Map<String, ClassInfo> records = new HashMap<>();

    public OpenApiRequired(IndexView index) {
        for (ClassInfo type : index.getKnownClasses()) {
            if (type.isRecord() && type.name().toString().startsWith("io.lockkeeper.")) {
                records.put(schemaName(type), type);
            }
        }
    }

    @Override
    public void filterOpenAPI(OpenAPI document) {
        Map<String, Schema> schemas = document.getComponents().getSchemas();
        for (String name : asked(document, schemas)) {
            Schema schema = schemas.get(name);
            ClassInfo type = records.get(name);
            if (type != null && schema != null && schema.getProperties() != null) {
                require(schema, type);
            }
        }
    }

    /// The schemas of all request bodies, and of what is inside of them.
    private static Set<String> asked(OpenAPI document, Map<String, Schema> schemas) {
        Set<String> names = new TreeSet<>();
        document.getPaths().getPathItems().values().stream()
                .flatMap(path -> path.getOperations().values().stream())
                .map(Operation::getRequestBody)
                .filter(body -> body != null && body.getContent() != null)
                .flatMap(body -> body.getContent().getMediaTypes().values().stream())
                .forEach(media -> collect(media.getSchema(), schemas, names));
        return names;
    }

    private static void collect(@Nullable Schema schema, Map<String, Schema> schemas, Set<String> names) {
        if (schema == null) {
            return;
        }
        String ref = schema.getRef();
        if (ref != null && names.add(ref.substring(ref.lastIndexOf('/') + 1))) {
            collect(schemas.get(ref.substring(ref.lastIndexOf('/') + 1)), schemas, names);
        }
        collect(schema.getItems(), schemas, names);
        Stream.of(schema.getAllOf(), schema.getAnyOf(), schema.getOneOf())
                .filter(Objects::nonNull)
                .flatMap(List::stream)
                .forEach(part -> collect(part, schemas, names));
        if (schema.getProperties() != null) {
            schema.getProperties().values().forEach(property -> collect(property, schemas, names));
        }
    }

    private static void require(Schema schema, ClassInfo type) {
        TreeSet<String> required = new TreeSet<>(schema.getRequired() == null ? List.of() : schema.getRequired());
        for (RecordComponentInfo component : type.recordComponents()) {
            boolean optional = component.type().hasAnnotation(NULLABLE);
            if (!optional && schema.getProperties().containsKey(component.name())) {
                required.add(component.name());
            }
        }
        schema.setRequired(required.isEmpty() ? null : List.copyOf(required));
    }

    private static String schemaName(ClassInfo type) {
        AnnotationInstance named = type.declaredAnnotation(SCHEMA);
        return named == null || named.value("name") == null
                ? type.simpleName()
                : named.value("name").asString();
    }
}
