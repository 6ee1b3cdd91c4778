package io.lockkeeper.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.validation.Validator;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads JSON into records and lets nothing pass that was not meant: unknown fields, duplicate keys, wrong types,
/// nulls, missing fields, what Bean Validation forbids and what the compact constructor refuses (by an
/// `IllegalArgumentException` whose message is fit for the caller, or by [Refused]). All faults are told at once,
/// each with its pointer.
///
/// A component is optional if it is marked `@Nullable` (org.jspecify); its default is the compact constructor's
/// business. Understood are text, numbers, booleans, enums (see [Words]), `Duration`, `Instant`, `List`, `Set`,
/// `Map<String, ...>`, records, `JsonNode` as it is, and types with a `@JsonCreator` factory that takes a `String`.
@ApplicationScoped
public class StrictReader {
    private final Validator validator;

    StrictReader(Validator validator) {
        this.validator = validator;
    }

    /// An object taken apart: the fields that a record knows, and the others.
    public record Split(Class<? extends Record> type, ObjectNode known, ObjectNode rest) {}

    public <T extends Record> T read(byte[] body, Class<T> type) {
        Faults faults = new Faults();
        T read = read(tree(body, faults), type, faults);
        faults.refuseIfAny();
        return told(read);
    }

    public <T extends Record> T read(JsonNode tree, Class<T> type) {
        Faults faults = new Faults();
        T read = read(tree, type, faults);
        faults.refuseIfAny();
        return told(read);
    }

    /// For requests that are read in several parts: gives null where it adds faults, and leaves the refusing to the
    /// caller.
    public <T extends Record> @Nullable T read(JsonNode tree, Class<T> type, Faults faults) {
        return read(tree, type, faults, Set.of());
    }

    /// What is left of a split. Who mistypes a field is told of all that are known, those of the first part too.
    public <T extends Record> @Nullable T readRest(Split split, Class<T> type, Faults faults) {
        return read(
                split.rest(),
                type,
                faults,
                RecordShape.of(split.type()).fields().keySet());
    }

    private <T extends Record> @Nullable T read(JsonNode tree, Class<T> type, Faults faults, Set<String> beside) {
        return type.cast(RecordShape.of(type).read(tree, Pointer.ROOT, new Shape.Reading(faults, validator, beside)));
    }

    public JsonNode tree(byte[] body) {
        Faults faults = new Faults();
        JsonNode tree = tree(body, faults);
        faults.refuseIfAny();
        return tree;
    }

    /// Duplicate keys become faults (the first one counts); what is not JSON at all is refused at once.
    public JsonNode tree(byte[] body, Faults faults) {
        return JsonTree.parse(body, faults);
    }

    /// For requests that are described by two records, one for what is common and one for the rest.
    public Split split(JsonNode tree, Class<? extends Record> type) {
        if (!tree.isObject()) {
            throw new Refused(Problem.invalid(Pointer.ROOT, "must be an object, in { }"));
        }
        Split split = new Split(type, JsonNodeFactory.instance.objectNode(), JsonNodeFactory.instance.objectNode());
        RecordShape shape = RecordShape.of(type);
        for (Map.Entry<String, JsonNode> field : tree.properties()) {
            ObjectNode part = shape.fields().containsKey(field.getKey()) ? split.known() : split.rest();
            part.set(field.getKey(), field.getValue());
        }
        return split;
    }

    private static <T> T told(@Nullable T read) {
        if (read == null) {
            throw new IllegalStateException("nothing was read, and no fault was told");
        }
        return read;
    }
}
