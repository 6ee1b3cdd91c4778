package io.lockkeeper.timeout;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What one place keeps: its `setconfig`, exactly as the catalogue has it.
record Kept(Place place, List<String> config) {
    Kept {
        config = List.copyOf(config);
    }

    static Kept nothing(Place place) {
        return new Kept(place, List.of());
    }

    Map<String, String> values() {
        Map<String, String> values = new LinkedHashMap<>();
        for (String one : config) {
            int equals = one.indexOf('=');
            values.put(one.substring(0, equals), one.substring(equals + 1));
        }
        return values;
    }

    @Nullable
    String value(String name) {
        return values().get(name);
    }

    /// As PostgreSQL does it: in its old position, or at the end; null takes it away.
    Kept with(String name, @Nullable String value) {
        Map<String, String> changed = values();
        if (value == null) {
            changed.remove(name);
        } else {
            changed.put(name, value);
        }
        List<String> written = new ArrayList<>();
        changed.forEach((each, kept) -> written.add(each + "=" + kept));
        return new Kept(place, written);
    }

    /// The same values; their order means nothing to PostgreSQL.
    boolean says(Kept other) {
        return values().equals(other.values());
    }
}
