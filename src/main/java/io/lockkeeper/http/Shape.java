package io.lockkeeper.http;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import jakarta.validation.Validator;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What a value of some Java type looks like in JSON. Each shape says both sides in one place, how it is read and how
/// its schema describes it, so that `/kinds` never promises what a request is then refused for.
sealed interface Shape permits RecordShape, ListShape, MapShape, Scalars.Scalar {
    /// The value, or null where it has faults; these are then told.
    @Nullable
    Object read(JsonNode json, String at, Reading reading);

    ObjectNode schema();

    /// What goes along with the reading of one request.
    ///
    /// @param beside fields of the root that somebody else reads
    record Reading(Faults faults, Validator validator, Set<String> beside) {}

    static Shape of(Class<?> type) {
        return scalar(type)
                .or(() -> composed(type))
                .orElseThrow(() -> new IllegalArgumentException(type + " has no strict reading; see Shape"));
    }

    static Shape of(AnnotatedType annotated) {
        if (annotated instanceof AnnotatedParameterizedType generic
                && generic.getType() instanceof ParameterizedType parameterized) {
            AnnotatedType[] arguments = generic.getAnnotatedActualTypeArguments();
            if (parameterized.getRawType() == List.class || parameterized.getRawType() == Set.class) {
                return new ListShape(described(arguments[0]), parameterized.getRawType() == Set.class);
            }
            if (parameterized.getRawType() == Map.class && arguments[0].getType() == String.class) {
                return new MapShape(described(arguments[1]));
            }
        }
        if (annotated.getType() instanceof Class<?> type) {
            return of(type);
        }
        throw new IllegalArgumentException(annotated.getType() + " has no strict reading; see Shape");
    }

    /// With what the annotations on the type say about it.
    private static Described described(AnnotatedType type) {
        return new Described(of(type), List.of(type.getAnnotations()));
    }

    private static Optional<Shape> scalar(Class<?> type) {
        return Optional.ofNullable(
                switch (type.getName()) {
                    case "java.lang.String" -> new Scalars.Text();
                    case "boolean", "java.lang.Boolean" -> new Scalars.Truth();
                    case "int", "java.lang.Integer" ->
                        new Scalars.Whole(Integer.MIN_VALUE, Integer.MAX_VALUE, BigInteger::intValueExact);
                    case "long", "java.lang.Long" ->
                        new Scalars.Whole(Long.MIN_VALUE, Long.MAX_VALUE, BigInteger::longValueExact);
                    case "double", "java.lang.Double" -> new Scalars.Fraction(BigDecimal::doubleValue);
                    case "java.math.BigDecimal" -> new Scalars.Fraction(number -> number);
                    default -> temporal(type);
                });
    }

    private static @Nullable Shape temporal(Class<?> type) {
        if (type == Duration.class) {
            return new Scalars.Span();
        }
        if (type == Instant.class) {
            return new Scalars.Moment();
        }
        return JsonNode.class.isAssignableFrom(type) ? new Scalars.Anything(type) : null;
    }

    private static Optional<Shape> composed(Class<?> type) {
        if (type.isEnum()) {
            return Optional.of(new Scalars.Word(words(type)));
        }
        if (type.isRecord() && factory(type).isEmpty()) {
            return Optional.of(RecordShape.of(type.asSubclass(Record.class)));
        }
        return factory(type).map(Scalars.Made::new);
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static Map<String, ?> words(Class<?> type) {
        return Words.in((Class) type);
    }

    /// A type of our own that is written as text says how it is made from it: `@JsonCreator public static X of(String
    /// text)`.
    private static Optional<Method> factory(Class<?> type) {
        return Stream.of(type.getDeclaredMethods())
                .filter(method -> Modifier.isStatic(method.getModifiers())
                        && method.isAnnotationPresent(JsonCreator.class)
                        && Arrays.equals(method.getParameterTypes(), new Class<?>[] {String.class}))
                .findFirst();
    }
}
