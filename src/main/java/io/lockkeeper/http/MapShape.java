package io.lockkeeper.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// An object whose field names are data.
record MapShape(Described value) implements Shape {
    @Override
    public @Nullable Object read(JsonNode json, String at, Reading reading) {
        if (!json.isObject()) {
            reading.faults().add(at, "must be an object, in { }");
            return null;
        }
        Map<String, Object> values = new LinkedHashMap<>();
        int faultsBefore = reading.faults().count();
        for (Map.Entry<String, JsonNode> entry : json.properties()) {
            values.put(entry.getKey(), value.shape().read(entry.getValue(), Pointer.into(at, entry.getKey()), reading));
        }
        return reading.faults().count() > faultsBefore ? null : Collections.unmodifiableMap(values);
    }

    @Override
    public ObjectNode schema() {
        ObjectNode schema = Scalars.ofType("object");
        schema.set("additionalProperties", value.schema());
        return schema;
    }
}
