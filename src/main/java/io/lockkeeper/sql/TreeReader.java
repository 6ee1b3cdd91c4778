package io.lockkeeper.sql;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ContainerNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Deque;

/// Reads libpg_query's trees, however deep they are. Of a long list of VALUES it keeps the first rows: the
/// nodes of the others would fill the heap.
final class TreeReader {
    private static final int DEEPEST = 50_000;
    private static final int ROWS = 100;
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(JsonReadFeature.ALLOW_UNESCAPED_CONTROL_CHARS)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(DEEPEST)
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .build();

    static final class TooDeep extends Exception {
        TooDeep(Throwable cause) {
            super(cause);
        }
    }

    private final Deque<ContainerNode<?>> open = new ArrayDeque<>();
    private final Deque<String> names = new ArrayDeque<>();
    private String name = "";

    private TreeReader() {}

    /// The list of statements.
    static JsonNode statements(String json) throws TooDeep {
        try (JsonParser parser = JSON.createParser(json)) {
            return new TreeReader().read(parser).path("stmts");
        } catch (StreamConstraintsException deep) {
            throw new TooDeep(deep);
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    private JsonNode read(JsonParser parser) throws IOException {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
            switch (token) {
                case FIELD_NAME -> name = parser.currentName();
                case START_OBJECT -> {
                    if (isEnough()) {
                        parser.skipChildren();
                    } else {
                        begin(nodes.objectNode());
                    }
                }
                case START_ARRAY -> begin(nodes.arrayNode());
                case END_OBJECT, END_ARRAY -> {
                    ContainerNode<?> ended = open.pop();
                    names.pop();
                    if (open.isEmpty()) {
                        return ended;
                    }
                }
                case VALUE_STRING -> add(nodes.textNode(parser.getText()));
                case VALUE_NUMBER_INT -> add(nodes.numberNode(parser.getLongValue()));
                case VALUE_TRUE, VALUE_FALSE -> add(nodes.booleanNode(token == JsonToken.VALUE_TRUE));
                case VALUE_NUMBER_FLOAT -> add(nodes.numberNode(parser.getDecimalValue()));
                default -> add(nodes.nullNode());
            }
        }
        return nodes.objectNode();
    }

    private boolean isEnough() {
        return open.peek() instanceof ArrayNode
                && names.peek().equals("valuesLists")
                && open.peek().size() >= ROWS;
    }

    private void begin(ContainerNode<?> container) {
        if (!open.isEmpty()) {
            add(container);
        }
        open.push(container);
        names.push(name);
    }

    private void add(JsonNode value) {
        if (open.peek() instanceof ObjectNode object) {
            object.set(name, value);
        } else if (open.peek() instanceof ArrayNode array) {
            array.add(value);
        }
    }
}
