package io.lockkeeper.sql;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Finds the relations that a tree names. Names that WITH gives to queries are none, and neither are new
/// names (`RENAME TO`).
final class NamedRelations {
    private static final Set<String> OF_RELATIONS = Set.of(
            "OBJECT_TABLE", "OBJECT_INDEX", "OBJECT_VIEW", "OBJECT_MATVIEW", "OBJECT_SEQUENCE", "OBJECT_FOREIGN_TABLE");
    /// Their names end with one of their own: a trigger's, a column's.
    private static final Set<String> ON_RELATIONS =
            Set.of("OBJECT_TRIGGER", "OBJECT_RULE", "OBJECT_POLICY", "OBJECT_COLUMN", "OBJECT_TABCONSTRAINT");

    private NamedRelations() {}

    static List<Relation> of(Parsed parsed) {
        Set<Relation> found = new LinkedHashSet<>();
        Set<String> queries = new HashSet<>();
        for (JsonNode each : all(parsed.tree())) {
            if (each.has("ctename")) {
                queries.add(each.path("ctename").asText());
            }
            if (isRelation(each)) {
                found.add(relation(each));
            }
        }
        found.removeIf(each -> each.schema() == null && queries.contains(each.name()));
        found.addAll(objects(parsed));
        return List.copyOf(found);
    }

    /// The index that it makes: it will be in the schema of its table.
    static @Nullable Relation made(Parsed parsed) {
        if (!parsed.is("IndexStmt") || !parsed.node().has("idxname")) {
            return null;
        }
        String schema = parsed.node().path("relation").path("schemaname").textValue();
        return new Relation(schema, parsed.text("idxname"));
    }

    /// A RangeVar of the parser.
    static boolean isRelation(JsonNode node) {
        return node.has("relname") && node.has("relpersistence");
    }

    static Relation relation(JsonNode rangeVar) {
        return new Relation(
                rangeVar.path("schemaname").textValue(),
                rangeVar.path("relname").textValue());
    }

    /// What DROP, COMMENT and SECURITY LABEL name in lists of names.
    static List<Relation> objects(Parsed parsed) {
        String type = parsed.is("DropStmt") ? parsed.text("removeType") : parsed.text("objtype");
        List<Relation> found = new ArrayList<>();
        boolean own = OF_RELATIONS.contains(type);
        if (!own && !ON_RELATIONS.contains(type)) {
            return found;
        }
        List<JsonNode> objects = new ArrayList<>();
        if (parsed.is("DropStmt")) {
            parsed.node().path("objects").forEach(objects::add);
        } else if (parsed.is("CommentStmt") || parsed.is("SecLabelStmt")) {
            objects.add(parsed.node().path("object"));
        }
        for (JsonNode each : objects) {
            List<String> names = new ArrayList<>();
            each.path("List")
                    .path("items")
                    .forEach(name -> names.add(name.path("String").path("sval").asText()));
            if (!own && !names.isEmpty()) {
                names.removeLast();
            }
            if (!names.isEmpty()) {
                String schema = names.size() > 1 ? names.get(names.size() - 2) : null;
                found.add(new Relation(schema, names.getLast()));
            }
        }
        return found;
    }

    /// All nodes of a tree in the order of the text, however deep it is.
    static List<JsonNode> all(JsonNode tree) {
        List<JsonNode> found = new ArrayList<>();
        Deque<JsonNode> open = new ArrayDeque<>();
        open.push(tree);
        while (!open.isEmpty()) {
            JsonNode node = open.pop();
            found.add(node);
            List<JsonNode> inside = new ArrayList<>();
            node.forEach(inside::add);
            inside.reversed().stream().filter(JsonNode::isContainerNode).forEach(open::push);
        }
        return found;
    }
}
