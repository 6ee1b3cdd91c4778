package io.lockkeeper.sql;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/// The locks of what reads and writes rows: a query with all that is in it.
record QueryLocks(JsonNode tree) {
    private static final Set<String> WRITES = Set.of("InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt");

    Map<Relation, LockMode> found() {
        Map<Relation, LockMode> found = new LinkedHashMap<>();
        Set<String> queries = new HashSet<>();
        Set<Relation> made = new HashSet<>();
        for (JsonNode each : NamedRelations.all(tree)) {
            queries.add(each.path("ctename").asText());
            if (NamedRelations.isRelation(each)) {
                found.putIfAbsent(NamedRelations.relation(each), LockMode.ACCESS_SHARE);
            }
            JsonNode into =
                    each.has("rel") ? each.path("rel") : each.path("intoClause").path("rel");
            if (NamedRelations.isRelation(into)) {
                made.add(NamedRelations.relation(into));
            }
            for (String type : WRITES) {
                if (each.has(type)) {
                    found.put(NamedRelations.relation(each.path(type).path("relation")), LockMode.ROW_EXCLUSIVE);
                }
            }
            if (each.has("lockingClause")) {
                lockRows(each, found);
            }
        }
        found.keySet().removeAll(made);
        found.keySet().removeIf(each -> each.schema() == null && queries.contains(each.name()));
        return found;
    }

    /// FOR UPDATE and its kin, on the tables of this query.
    private static void lockRows(JsonNode select, Map<Relation, LockMode> found) {
        for (JsonNode each : NamedRelations.all(select.path("fromClause"))) {
            if (NamedRelations.isRelation(each)) {
                found.merge(NamedRelations.relation(each), LockMode.ROW_SHARE, LockMode::stronger);
            }
        }
    }
}
