package io.lockkeeper.sql;

import com.fasterxml.jackson.databind.JsonNode;

/// A statement that PostgreSQL's grammar took, and its tree: one node, named after its type, as
/// libpg_query writes it. Fields that are zero or false are not there; places are counted in bytes of UTF-8.
public record Parsed(String sql, JsonNode tree) {

    /// Such as `AlterTableStmt`.
    String type() {
        return tree.fieldNames().next();
    }

    boolean is(String type) {
        return tree.has(type);
    }

    JsonNode node() {
        return tree.path(type());
    }

    /// A field with an enum's constant or a name; empty where there is none.
    String text(String field) {
        return node().path(field).asText();
    }

    boolean flag(String field) {
        return node().path(field).asBoolean();
    }

    /// Whether an option in parentheses is on, such as `(CONCURRENTLY)` or `(FULL false)`.
    boolean option(String list, String name) {
        return option(list, name, false);
    }

    boolean option(String list, String name, boolean otherwise) {
        boolean found = otherwise;
        for (JsonNode each : node().path(list)) {
            JsonNode option = each.path("DefElem");
            if (option.path("defname").asText().equals(name)) {
                found = isOn(option.path("arg"));
            }
        }
        return found;
    }

    /// As the server's defGetBoolean reads it: nothing is on.
    private static boolean isOn(JsonNode value) {
        if (value.has("Integer")) {
            return value.path("Integer").path("ival").asInt() != 0;
        }
        if (value.has("Boolean")) {
            return value.path("Boolean").path("boolval").asBoolean();
        }
        String word = value.path("String").path("sval").asText();
        return !word.equalsIgnoreCase("false") && !word.equalsIgnoreCase("off");
    }
}
