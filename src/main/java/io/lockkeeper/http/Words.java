package io.lockkeeper.http;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.LinkedHashMap;
import java.util.Map;

/// How the constants of an enum are called on the wire: by their `@JsonProperty`, else as they are. Jackson and the
/// OpenAPI document follow the same rule, so there is one place to look: the enum itself.
public final class Words {
    private Words() {}

    public static String of(Enum<?> constant) {
        try {
            JsonProperty word =
                    constant.getDeclaringClass().getField(constant.name()).getAnnotation(JsonProperty.class);
            return word == null || word.value().isEmpty() ? constant.name() : word.value();
        } catch (NoSuchFieldException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    public static <E extends Enum<E>> Map<String, E> in(Class<E> type) {
        Map<String, E> words = new LinkedHashMap<>();
        for (E constant : type.getEnumConstants()) {
            words.put(of(constant), constant);
        }
        return words;
    }
}
