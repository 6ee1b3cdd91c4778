package io.lockkeeper.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The shapes of values that have no parts. Nothing is coerced: `"5"` is no number, `5.0` is not whole, `1` is not
/// true.
final class Scalars {
    private Scalars() {}

    sealed interface Scalar extends Shape {
        /// @throws IllegalArgumentException with what the value must be
        @Nullable
        Object read(JsonNode json);

        @Override
        default @Nullable Object read(JsonNode json, String at, Reading reading) {
            try {
                return read(json);
            } catch (IllegalArgumentException wrong) {
                reading.faults().add(at, wrong.getMessage());
                return null;
            }
        }
    }

    record Text() implements Scalar {
        @Override
        public Object read(JsonNode json) {
            return text(json, "must be text, in quotes");
        }

        @Override
        public ObjectNode schema() {
            return ofType("string");
        }
    }

    record Truth() implements Scalar {
        @Override
        public Object read(JsonNode json) {
            if (!json.isBoolean()) {
                throw new IllegalArgumentException("must be true or false, without quotes");
            }
            return json.booleanValue();
        }

        @Override
        public ObjectNode schema() {
            return ofType("boolean");
        }
    }

    record Whole(long min, long max, Function<BigInteger, Object> as) implements Scalar {
        @Override
        public Object read(JsonNode json) {
            if (!json.isIntegralNumber()) {
                throw new IllegalArgumentException("must be a whole number, without quotes and decimal point");
            }
            try {
                return as.apply(json.bigIntegerValue());
            } catch (ArithmeticException tooLarge) {
                throw new IllegalArgumentException("must be a whole number from " + min + " to " + max, tooLarge);
            }
        }

        @Override
        public ObjectNode schema() {
            return min == Long.MIN_VALUE
                    ? ofType("integer")
                    : ofType("integer").put("minimum", min).put("maximum", max);
        }
    }

    record Fraction(Function<BigDecimal, Object> as) implements Scalar {
        @Override
        public Object read(JsonNode json) {
            if (!json.isNumber()) {
                throw new IllegalArgumentException("must be a number, without quotes");
            }
            return as.apply(json.decimalValue());
        }

        @Override
        public ObjectNode schema() {
            return ofType("number");
        }
    }

    record Span() implements Scalar {
        @Override
        public Object read(JsonNode json) {
            return Durations.parse(text(json, "must be text with a unit, as in \"500ms\", \"30s\", \"15m\" or \"2h\""));
        }

        @Override
        public ObjectNode schema() {
            return ofType("string").put("pattern", Durations.PATTERN);
        }
    }

    record Moment() implements Scalar {
        private static final String FORM = "must be a time as in RFC 3339, for example 2026-01-31T12:00:00Z";

        @Override
        public Object read(JsonNode json) {
            try {
                Instant moment = OffsetDateTime.parse(text(json, FORM)).toInstant();
                if (moment.isBefore(Instant.EPOCH) || moment.isAfter(Instant.parse("9999-12-31T23:59:59Z"))) {
                    throw new IllegalArgumentException("must lie between the years 1970 and 9999");
                }
                return moment;
            } catch (DateTimeException unreadable) {
                throw new IllegalArgumentException(FORM, unreadable);
            }
        }

        @Override
        public ObjectNode schema() {
            return ofType("string").put("format", "date-time");
        }
    }

    record Word(Map<String, ?> words) implements Scalar {
        @Override
        public Object read(JsonNode json) {
            Object constant = json.isTextual() ? words.get(json.textValue()) : null;
            if (constant == null) {
                throw new IllegalArgumentException("must be one of " + String.join(", ", words.keySet()));
            }
            return constant;
        }

        @Override
        public ObjectNode schema() {
            ObjectNode schema = ofType("string");
            words.keySet().forEach(schema.withArray("enum")::add);
            return schema;
        }
    }

    /// A type of our own that is made from text.
    record Made(Method factory) implements Scalar {
        Made {
            factory.setAccessible(true);
        }

        @Override
        public @Nullable Object read(JsonNode json) {
            try {
                return factory.invoke(null, text(json, "must be text, in quotes"));
            } catch (InvocationTargetException failed) {
                if (failed.getCause() instanceof IllegalArgumentException refused) {
                    throw refused;
                }
                throw new IllegalStateException(failed.getCause());
            } catch (IllegalAccessException impossible) {
                throw new IllegalStateException(impossible);
            }
        }

        @Override
        public ObjectNode schema() {
            return ofType("string");
        }
    }

    /// Left as it is, for its owner to read.
    record Anything(Class<?> type) implements Scalar {
        @Override
        public Object read(JsonNode json) {
            if (!type.isInstance(json)) {
                throw new IllegalArgumentException(
                        type == ObjectNode.class ? "must be an object" : "must be of another type");
            }
            return json;
        }

        @Override
        public ObjectNode schema() {
            return type == ObjectNode.class ? ofType("object") : JsonNodeFactory.instance.objectNode();
        }
    }

    static ObjectNode ofType(String name) {
        return JsonNodeFactory.instance.objectNode().put("type", name);
    }

    private static String text(JsonNode json, String form) {
        if (!json.isTextual()) {
            throw new IllegalArgumentException(form);
        }
        return json.textValue();
    }
}
