package io.lockkeeper.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A list, or a set: a list in which nothing is twice.
record ListShape(Described item, boolean unique) implements Shape {
    @Override
    public @Nullable Object read(JsonNode json, String at, Reading reading) {
        if (!json.isArray()) {
            reading.faults().add(at, "must be a list, in [ ]");
            return null;
        }
        List<Object> items = new ArrayList<>(json.size());
        Set<Object> seen = new LinkedHashSet<>();
        int faultsBefore = reading.faults().count();
        for (int i = 0; i < json.size(); i++) {
            Object read = item.shape().read(json.get(i), Pointer.into(at, i), reading);
            items.add(read);
            if (unique && read != null && !seen.add(read)) {
                reading.faults().add(Pointer.into(at, i), "is in the list already");
            }
        }
        if (reading.faults().count() > faultsBefore) {
            return null;
        }
        return unique ? Collections.unmodifiableSet(seen) : Collections.unmodifiableList(items);
    }

    @Override
    public ObjectNode schema() {
        ObjectNode schema = Scalars.ofType("array");
        schema.set("items", item.schema());
        return unique ? schema.put("uniqueItems", true) : schema;
    }
}
