package io.lockkeeper.timeout;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One setting that one place shall keep.
///
/// @param pointer where the request says so
/// @param value as PostgreSQL takes it; null: the setting shall go
record Want(
        String pointer, Place place, String name, @Nullable String value) {

    static List<Want> of(TimeoutPolicySpec spec) {
        List<Want> wants = new ArrayList<>();
        for (int i = 0; i < spec.rules().size(); i++) {
            TimeoutRule rule = spec.rules().get(i);
            String at = "/rules/" + i + "/settings/";
            rule.settings()
                    .forEach((name, value) ->
                            wants.add(new Want(at + name, rule.place(), name, ServerSetting.inSql(value))));
        }
        return wants;
    }

    /// Takes away what the places of the rules keep beside it.
    static List<Want> retiring(TimeoutPolicySpec spec, Image image) {
        List<Want> wants = new ArrayList<>();
        for (int i = 0; i < spec.rules().size(); i++) {
            TimeoutRule rule = spec.rules().get(i);
            String at = "/rules/" + i;
            image.at(rule.place()).values().keySet().stream()
                    .filter(name -> KnownSettings.has(name) && !rule.settings().containsKey(name))
                    .forEach(name -> wants.add(new Want(at, rule.place(), name, null)));
        }
        return wants;
    }

    String sql() {
        return value == null ? place.reset(name) : place.set(name, value);
    }
}
