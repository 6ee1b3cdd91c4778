package io.lockkeeper.target;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lockkeeper.http.Faults;
import io.lockkeeper.http.MergePatch;
import io.lockkeeper.http.StrictReader;
import jakarta.inject.Singleton;
import java.util.List;

/// JSON merge patches (RFC 7396): the result is read as strictly as a new target.
@Singleton
class TargetPatch {
    private static final String NAME = "name";
    private static final String CREDENTIAL = "credential";
    private static final String VALUE = "value";

    private final StrictReader reader;
    private final ObjectMapper json;

    TargetPatch(StrictReader reader, ObjectMapper json) {
        this.reader = reader;
        this.json = json;
    }

    /// What a target is to become, and whether its credential is among what changes.
    record Change(TargetSpec spec, boolean changesCredential) {}

    JsonNode read(byte[] body) {
        return MergePatch.read(reader, body);
    }

    Change apply(JsonNode patch, Target target) {
        ObjectNode merged = (ObjectNode) MergePatch.apply(writable(target), withWholeValue(patch));
        Faults faults = new Faults();
        if (!merged.path(NAME).equals(JsonNodeFactory.instance.textNode(target.name))) {
            faults.add("/" + NAME, "cannot be changed: jobs and audit rows know the target by it");
            merged.put(NAME, target.name);
        }
        TargetSpec spec = reader.read(merged, TargetSpec.class, faults);
        faults.refuseIfAny();
        return new Change(spec, patch.has(CREDENTIAL));
    }

    /// The target in the words of a request. A sealed value is neither known nor needed here: a stand-in
    /// takes its place.
    private ObjectNode writable(Target target) {
        ObjectNode known = json.createObjectNode();
        JsonNode view = json.valueToTree(TargetView.of(target));
        for (String field : List.of(
                NAME, "engine", "host", "port", "database", "username", "tls", "labels", "protection", "limits")) {
            known.set(field, view.get(field));
        }
        ObjectNode credential = known.putObject(CREDENTIAL);
        if (target.credentialSealed != null) {
            credential.put(VALUE, "sealed");
        } else {
            credential.put("store", target.credentialStore).put("key", target.credentialKey);
        }
        return known;
    }

    /// Reference and value exclude each other, so a patch that names one takes the other away without saying so.
    private static JsonNode withWholeValue(JsonNode patch) {
        if (!patch.path(CREDENTIAL).isObject()) {
            return patch;
        }
        ObjectNode whole = patch.deepCopy();
        ObjectNode credential = (ObjectNode) whole.get(CREDENTIAL);
        List<String> given = credential.has(VALUE) ? List.of("store", "key") : List.of(VALUE);
        given.stream().filter(field -> !credential.has(field)).forEach(credential::putNull);
        return whole;
    }
}
