package io.lockkeeper.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Positive;
import jakarta.validation.constraints.PositiveOrZero;
import jakarta.validation.constraints.Size;
import java.lang.annotation.Annotation;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/// A shape and what annotations add to it. The schema says what JSON schema can say of Bean Validation; a constraint
/// that it cannot say still holds when a request is read.
record Described(Shape shape, List<Annotation> annotations) {
    ObjectNode schema() {
        ObjectNode schema = shape.schema();
        annotations.forEach(annotation -> describe(schema, annotation));
        return schema;
    }

    private void describe(ObjectNode schema, Annotation annotation) {
        switch (annotation) {
            case Min min -> schema.put("minimum", min.value());
            case Max max -> schema.put("maximum", max.value());
            case Positive positive -> schema.put("exclusiveMinimum", 0);
            case PositiveOrZero atLeastZero -> schema.put("minimum", 0);
            case Size size -> size(schema, size.min(), size.max());
            case NotEmpty something -> size(schema, 1, Integer.MAX_VALUE);
            case NotBlank something -> pattern(schema, "[^\\u0000-\\u0020]");
            case Pattern pattern -> pattern(schema, "^(?:" + pattern.regexp() + ")$");
            case Schema words -> words(schema, words);
            default -> {}
        }
    }

    private void size(ObjectNode schema, int min, int max) {
        String of =
                switch (shape) {
                    case ListShape list -> "Items";
                    case MapShape map -> "Properties";
                    default -> "Length";
                };
        if (min > 0) {
            schema.put("min" + of, min);
        }
        if (max < Integer.MAX_VALUE) {
            schema.put("max" + of, max);
        }
    }

    private static void pattern(ObjectNode schema, String regexp) {
        if (!schema.has("pattern")) {
            schema.put("pattern", regexp);
            return;
        }
        ArrayNode all = schema.withArray("allOf");
        all.add(JsonNodeFactory.instance.objectNode().put("pattern", regexp));
    }

    private void words(ObjectNode schema, Schema words) {
        if (!words.description().isEmpty()) {
            schema.put("description", words.description());
        }
        if (!words.defaultValue().isEmpty()) {
            schema.set("default", said(words.defaultValue()));
        }
        for (String example : words.examples()) {
            schema.withArray("examples").add(said(example));
        }
    }

    /// Annotations hold nothing but text; what it stands for is written as JSON in them.
    private JsonNode said(String text) {
        boolean isText = !(shape instanceof Scalars.Whole
                || shape instanceof Scalars.Fraction
                || shape instanceof Scalars.Truth
                || shape instanceof ListShape
                || shape instanceof MapShape
                || shape instanceof RecordShape);
        return isText
                ? JsonNodeFactory.instance.textNode(text)
                : JsonTree.parse(text.getBytes(StandardCharsets.UTF_8), new Faults());
    }
}
