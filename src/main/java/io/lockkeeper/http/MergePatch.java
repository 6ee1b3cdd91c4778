package io.lockkeeper.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/// JSON merge patches (RFC 7396).
public final class MergePatch {
    public static final String MEDIA_TYPE = "application/merge-patch+json";

    private MergePatch() {}

    public static ObjectNode read(StrictReader reader, byte[] body) {
        if (reader.tree(body) instanceof ObjectNode patch) {
            return patch;
        }
        throw new Refused(Problem.invalid("", "must be an object, in { }"));
    }

    /// What is known, changed by what the patch says; neither of the two is touched.
    public static JsonNode apply(JsonNode known, JsonNode patch) {
        if (!patch.isObject()) {
            return patch;
        }
        ObjectNode merged = known.isObject() ? known.deepCopy() : JsonNodeFactory.instance.objectNode();
        for (Map.Entry<String, JsonNode> field : patch.properties()) {
            if (field.getValue().isNull()) {
                merged.remove(field.getKey());
            } else {
                merged.set(field.getKey(), apply(merged.path(field.getKey()), field.getValue()));
            }
        }
        return merged;
    }
}
