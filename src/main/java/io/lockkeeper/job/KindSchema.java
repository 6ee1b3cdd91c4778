package io.lockkeeper.job;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lockkeeper.http.JsonSchema;

/// The JSON schema of a request for a job of one kind: what is common to all kinds, narrowed to what this kind takes,
/// and the fields of its spec. `/kinds` and the contract show the same.
final class KindSchema {
    private KindSchema() {}

    static ObjectNode of(JobKind<?, ?> kind) {
        ObjectNode schema = JsonSchema.of(JobRequest.class, kind.specType());
        ObjectNode properties = (ObjectNode) schema.get("properties");
        ((ObjectNode) properties.get("kind")).put("const", kind.name()).remove("examples");
        if (kind.limits().target() == Limits.TargetUse.NONE) {
            properties.remove("target");
        } else {
            ((ObjectNode) properties.get("target")).put("type", "string");
            ((ArrayNode) schema.get("required")).add("target");
        }
        return schema;
    }
}
