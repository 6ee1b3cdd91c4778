package io.lockkeeper.http;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;

/// Bytes to a tree. Unlike Jackson's own tree reader it names *every* duplicate key, and refuses what the store could
/// not keep: U+0000, broken surrogate pairs and numbers beyond all measure.
final class JsonTree {
    private static final int DEEPEST = 64;
    private static final int LARGEST_EXPONENT = 400;
    private static final JsonNodeFactory NODES = JsonNodeFactory.withExactBigDecimals(true);
    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(DEEPEST)
                    .maxNumberLength(100)
                    .maxNameLength(256)
                    .build())
            .build();

    private final JsonParser parser;
    private final Faults faults;

    private JsonTree(JsonParser parser, Faults faults) {
        this.parser = parser;
        this.faults = faults;
    }

    static JsonNode parse(byte[] body, Faults faults) {
        try (JsonParser parser = JSON.createParser(body)) {
            if (parser.nextToken() == null) {
                throw malformed("The request has no body; send a JSON document.");
            }
            JsonNode root = new JsonTree(parser, faults).value(Pointer.ROOT);
            if (parser.nextToken() != null) {
                throw malformed("The body goes on after the end of its JSON document" + place(parser) + ".");
            }
            return root;
        } catch (StreamConstraintsException beyond) {
            throw malformed("The body is nested deeper than " + DEEPEST
                    + " levels, has a name of more than 256 characters" + " or a number of more than 100 digits.");
        } catch (JacksonException broken) {
            int line = broken.getLocation() == null ? 1 : broken.getLocation().getLineNr();
            int column = broken.getLocation() == null ? 1 : broken.getLocation().getColumnNr();
            throw malformed("The body is not well-formed JSON in UTF-8: see line " + line + ", column " + column + ".");
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private JsonNode value(String at) throws IOException {
        return switch (parser.currentToken()) {
            case START_OBJECT -> object(at);
            case START_ARRAY -> array(at);
            case VALUE_STRING -> NODES.textNode(storable(parser.getText(), at));
            case VALUE_NUMBER_INT -> whole();
            case VALUE_NUMBER_FLOAT -> NODES.numberNode(measured(parser.getDecimalValue(), at));
            case VALUE_TRUE -> NODES.booleanNode(true);
            case VALUE_FALSE -> NODES.booleanNode(false);
            default -> NODES.nullNode();
        };
    }

    private ObjectNode object(String at) throws IOException {
        ObjectNode object = NODES.objectNode();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = storable(parser.currentName(), at);
            String inside = Pointer.into(at, name);
            parser.nextToken();
            JsonNode value = value(inside);
            if (object.has(name)) {
                faults.add(inside, "is there more than once");
            } else {
                object.set(name, value);
            }
        }
        return object;
    }

    private ArrayNode array(String at) throws IOException {
        ArrayNode array = NODES.arrayNode();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            array.add(value(Pointer.into(at, array.size())));
        }
        return array;
    }

    private JsonNode whole() throws IOException {
        return switch (parser.getNumberType()) {
            case INT -> NODES.numberNode(parser.getIntValue());
            case LONG -> NODES.numberNode(parser.getLongValue());
            default -> NODES.numberNode(parser.getBigIntegerValue());
        };
    }

    private String storable(String text, String at) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean pair = Character.isHighSurrogate(c)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1));
            if (c == 0 || (Character.isSurrogate(c) && !pair)) {
                faults.add(at, "has a character that cannot be stored (U+0000 or half of a surrogate pair)");
                return "";
            }
            i += pair ? 1 : 0;
        }
        return text;
    }

    private BigDecimal measured(BigDecimal number, String at) {
        if (Math.abs((long) number.precision() - number.scale()) > LARGEST_EXPONENT
                || Math.abs((long) number.scale()) > LARGEST_EXPONENT) {
            faults.add(at, "is a number beyond all measure");
            return BigDecimal.ZERO;
        }
        return number;
    }

    private static String place(JsonParser parser) {
        return " (line " + parser.currentTokenLocation().getLineNr() + ", column "
                + parser.currentTokenLocation().getColumnNr() + ")";
    }

    private static Refused malformed(String detail) {
        return new Refused(Problem.of(400, "malformed-json", "Malformed JSON", detail));
    }
}
