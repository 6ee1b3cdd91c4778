package io.lockkeeper.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.ElementKind;
import jakarta.validation.Path;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// An object whose fields are known: every component of the record, all of them needed but those marked `@Nullable`,
/// and no others.
record RecordShape(Class<? extends Record> type, Constructor<?> constructor, Map<String, Field> fields)
        implements Shape {
    private static final Map<Class<?>, RecordShape> KNOWN = new ConcurrentHashMap<>();

    record Field(String name, Described described, boolean optional, boolean constrained) {}

    static RecordShape of(Class<? extends Record> type) {
        RecordShape known = KNOWN.get(type);
        if (known == null) {
            known = read(type);
            KNOWN.put(type, known);
        }
        return known;
    }

    private static RecordShape read(Class<? extends Record> type) {
        try {
            RecordComponent[] components = type.getRecordComponents();
            Constructor<?> constructor = type.getDeclaredConstructor(
                    Stream.of(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
            constructor.setAccessible(true);
            Map<String, Field> fields = new LinkedHashMap<>();
            for (RecordComponent component : components) {
                fields.put(component.getName(), field(type, component));
            }
            return new RecordShape(type, constructor, fields);
        } catch (ReflectiveOperationException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static Field field(Class<?> type, RecordComponent component) throws NoSuchFieldException {
        var annotations = List.of(type.getDeclaredField(component.getName()).getAnnotations());
        boolean optional = component.getAnnotatedType().isAnnotationPresent(Nullable.class);
        if (optional && component.getType().isPrimitive()) {
            throw new IllegalArgumentException(component + " of " + type + " cannot be null");
        }
        Described described = new Described(Shape.of(component.getAnnotatedType()), annotations);
        boolean constrained =
                !annotations.isEmpty() || component.getAnnotatedType() instanceof AnnotatedParameterizedType;
        return new Field(component.getName(), described, optional, constrained);
    }

    @Override
    public @Nullable Object read(JsonNode json, String at, Reading reading) {
        if (!json.isObject()) {
            reading.faults().add(at, "must be an object, in { }");
            return null;
        }
        int faultsBefore = reading.faults().count();
        Object[] values = fields.values().stream()
                .map(field -> value(json.get(field.name()), field, at, reading))
                .toArray();
        tellUnknown(json, at, reading);
        return reading.faults().count() > faultsBefore ? null : made(values, at, reading);
    }

    private @Nullable Object value(@Nullable JsonNode json, Field field, String at, Reading reading) {
        String inside = Pointer.into(at, field.name());
        if (json == null || json.isNull()) {
            if (!field.optional()) {
                reading.faults().add(inside, json == null ? "is required" : "must not be null");
                return null;
            }
            return null;
        }
        Object value = field.described().shape().read(json, inside, reading);
        if (value != null && field.constrained()) {
            validate(field, value, at, reading);
        }
        return value;
    }

    private void validate(Field field, Object value, String at, Reading reading) {
        for (ConstraintViolation<?> violation : reading.validator().validateValue(type, field.name(), value)) {
            reading.faults().add(pointer(at, violation.getPropertyPath()), violation.getMessage());
        }
    }

    private static String pointer(String at, Path path) {
        String pointer = at;
        for (Path.Node node : path) {
            if (node.getKind() == ElementKind.PROPERTY) {
                pointer = Pointer.into(pointer, node.getName());
            } else if (node.getIndex() != null) {
                pointer = Pointer.into(pointer, node.getIndex());
            } else if (node.getKey() != null) {
                pointer = Pointer.into(pointer, node.getKey().toString());
            }
        }
        return pointer;
    }

    private void tellUnknown(JsonNode json, String at, Reading reading) {
        for (Map.Entry<String, JsonNode> entry : json.properties()) {
            if (!fields.containsKey(entry.getKey())) {
                reading.faults().add(Pointer.into(at, entry.getKey()), "is not known here; " + known(at, reading));
            }
        }
    }

    private String known(String at, Reading reading) {
        Set<String> known = new LinkedHashSet<>(at.equals(Pointer.ROOT) ? reading.beside() : Set.of());
        known.addAll(fields.keySet());
        return known.isEmpty() ? "there is nothing to be said" : "known are " + String.join(", ", known);
    }

    private @Nullable Object made(Object[] values, String at, Reading reading) {
        try {
            return constructor.newInstance(values);
        } catch (InvocationTargetException failed) {
            return refused(failed.getCause(), at, reading);
        } catch (ReflectiveOperationException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /// The compact constructor has the last word: it sees what no single field can tell.
    private static @Nullable Object refused(Throwable cause, String at, Reading reading) {
        if (cause instanceof IllegalArgumentException nonsense) {
            reading.faults().add(at, nonsense.getMessage());
            return null;
        }
        if (cause instanceof Refused refused && !refused.problem().errors().isEmpty()) {
            refused.problem().errors().forEach(fault -> reading.faults().add(at + fault.pointer(), fault.detail()));
            return null;
        }
        if (cause instanceof RuntimeException unexpected) {
            throw unexpected;
        }
        throw new IllegalStateException(cause);
    }

    @Override
    public ObjectNode schema() {
        ObjectNode schema = Scalars.ofType("object");
        ObjectNode properties = schema.putObject("properties");
        for (Field field : fields.values()) {
            ObjectNode property = field.described().schema();
            properties.set(field.name(), field.optional() ? orNull(property) : property);
        }
        fields.values().stream().filter(field -> !field.optional()).forEach(field -> schema.withArray("required")
                .add(field.name()));
        return schema.put("additionalProperties", false);
    }

    /// A field that may be left out may also be null.
    private static ObjectNode orNull(ObjectNode schema) {
        if (schema.get("type") instanceof JsonNode type) {
            schema.putArray("type").add(type).add("null");
        }
        if (schema.has("enum")) {
            schema.withArray("enum").addNull();
        }
        return schema;
    }
}
