package io.lockkeeper.http;

import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.ext.ParamConverter;
import jakarta.ws.rs.ext.ParamConverterProvider;
import jakarta.ws.rs.ext.Provider;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Reads query parameters, and says which one is wrong: JAX-RS would answer 404, as if the path were. Enums are written
/// as in bodies.
@Provider
public class QueryParameters implements ParamConverterProvider {
    private static final Map<Class<?>, Reading<?>> READINGS = Map.of(
            Long.class, new Reading<>(Long::valueOf, "must be a whole number"),
            Integer.class, new Reading<>(Integer::valueOf, "must be a whole number"),
            Boolean.class, new Reading<>(QueryParameters::truth, "must be true or false"),
            Duration.class, new Reading<>(Durations::parse, "must be a duration, as in 500ms, 30s, 15m or 2h"),
            Instant.class,
                    new Reading<>(
                            text -> OffsetDateTime.parse(text).toInstant(),
                            "must be a time as in RFC 3339, for example 2026-01-31T12:00:00Z"));

    private record Reading<T>(Function<String, T> read, String demand) {}

    @Override
    @SuppressWarnings("unchecked")
    public <T> @Nullable ParamConverter<T> getConverter(Class<T> type, Type generic, Annotation[] annotations) {
        Reading<?> reading = type.isEnum() ? words(type) : READINGS.get(type);
        return reading == null
                ? null
                : Stream.of(annotations)
                        .filter(QueryParam.class::isInstance)
                        .map(annotation -> ((QueryParam) annotation).value())
                        .map(name -> (ParamConverter<T>) new Converter<>(name, reading))
                        .findFirst()
                        .orElse(null);
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static Reading<?> words(Class<?> type) {
        Map<String, ?> words = Words.in((Class) type);
        return new Reading<>(
                text -> {
                    if (!words.containsKey(text)) {
                        throw new IllegalArgumentException(text);
                    }
                    return words.get(text);
                },
                "must be one of " + String.join(", ", words.keySet()));
    }

    private static Boolean truth(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException(text);
        };
    }

    private record Converter<T>(String name, Reading<T> reading) implements ParamConverter<T> {
        @Override
        public @Nullable T fromString(@Nullable String text) {
            try {
                return text == null ? null : reading.read().apply(text);
            } catch (IllegalArgumentException | DateTimeException wrong) {
                throw new Refused(Problem.badParameter(name, reading.demand()));
            }
        }

        @Override
        public String toString(T value) {
            return String.valueOf(value);
        }
    }
}
