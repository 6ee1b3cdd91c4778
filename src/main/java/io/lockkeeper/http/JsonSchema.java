package io.lockkeeper.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.stream.Stream;

/// The JSON schema (draft 2020-12) of what [StrictReader] reads. What the schema refuses, the reader refuses; the
/// reader may refuse more, because a schema cannot say all that a constructor can.
public final class JsonSchema {
    private JsonSchema() {}

    /// Of one record, or of several whose fields stand side by side in one object.
    @SafeVarargs
    public static ObjectNode of(Class<? extends Record>... types) {
        ObjectNode schema = JsonNodeFactory.instance.objectNode();
        schema.put("$schema", "https://json-schema.org/draft/2020-12/schema").put("type", "object");
        List<ObjectNode> parts =
                Stream.of(types).map(type -> RecordShape.of(type).schema()).toList();
        ObjectNode properties = schema.putObject("properties");
        for (ObjectNode part : parts) {
            properties.setAll((ObjectNode) part.get("properties"));
            for (JsonNode required : part.path("required")) {
                schema.withArray("required").add(required);
            }
        }
        return schema.put("additionalProperties", false);
    }
}
