package io.lockkeeper.sql;

import static io.lockkeeper.sql.LockMode.*;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Which locks a statement takes on the relations that it names, from PostgreSQL's own sources and
/// measured on its servers (`LockRulesTest`).
final class LockRules {
    private final Parsed parsed;
    private final JsonNode node;
    private final Map<Relation, LockMode> found = new LinkedHashMap<>();

    private LockRules(Parsed parsed) {
        this.parsed = parsed;
        this.node = parsed.node();
    }

    static List<RelationLock> of(Parsed parsed) {
        LockRules rules = new LockRules(parsed);
        rules.read();
        return rules.found.entrySet().stream()
                .filter(each -> each.getValue() != NONE)
                .map(each -> new RelationLock(each.getKey(), each.getValue()))
                .toList();
    }

    private void read() {
        switch (parsed.type()) {
            case "AlterTableStmt" -> AlterTableLocks.of(parsed).forEach(this::lock);
            case "RenameStmt" -> lock("relation", renames());
            case "AlterObjectSchemaStmt", "RuleStmt" -> lock("relation", ACCESS_EXCLUSIVE);
            case "CreatePolicyStmt", "AlterPolicyStmt" -> lock("table", ACCESS_EXCLUSIVE);
            case "ClusterStmt", "RepackStmt" -> lock("relation", ACCESS_EXCLUSIVE);
            case "RefreshMatViewStmt" -> lock("relation", parsed.flag("concurrent") ? EXCLUSIVE : ACCESS_EXCLUSIVE);
            case "IndexStmt" -> lock("relation", parsed.flag("concurrent") ? SHARE_UPDATE_EXCLUSIVE : SHARE);
            case "ReindexStmt" -> lock("relation", reindexes());
            case "CreateTrigStmt" -> {
                lock("relation", SHARE_ROW_EXCLUSIVE);
                lock("constrrel", ACCESS_SHARE);
            }
            case "CreateStatsStmt" -> relations(node.path("relations"), SHARE_UPDATE_EXCLUSIVE);
            case "AlterSeqStmt" -> lock("sequence", SHARE_ROW_EXCLUSIVE);
            case "TruncateStmt" -> relations(node.path("relations"), ACCESS_EXCLUSIVE);
            case "LockStmt" ->
                relations(
                        node.path("relations"),
                        LockMode.values()[node.path("mode").asInt()]);
            case "VacuumStmt" -> relations(node.path("rels"), vacuums());
            case "GrantStmt" -> relations(node.path("objects"), ACCESS_SHARE);
            case "DropStmt" -> drops();
            case "CommentStmt", "SecLabelStmt" -> comments();
            case "CreatePublicationStmt", "AlterPublicationStmt" ->
                relations(node.path("pubobjects"), SHARE_UPDATE_EXCLUSIVE);
            case "CreateStmt", "CreateForeignTableStmt" -> creates();
            case "CopyStmt" -> copies();
            case "ViewStmt" -> {
                queries(node.path("query"));
                if (parsed.flag("replace")) {
                    lock("view", ACCESS_EXCLUSIVE);
                }
            }
            case "CreateTableAsStmt",
                    "SelectStmt",
                    "InsertStmt",
                    "UpdateStmt",
                    "DeleteStmt",
                    "MergeStmt",
                    "ExplainStmt",
                    "DeclareCursorStmt",
                    "PrepareStmt" -> queries(parsed.tree());
            default -> {}
        }
    }

    private void lock(Relation relation, LockMode mode) {
        found.merge(relation, mode, LockMode::stronger);
    }

    private void lock(String field, LockMode mode) {
        if (NamedRelations.isRelation(node.path(field))) {
            lock(NamedRelations.relation(node.path(field)), mode);
        }
    }

    private void relations(JsonNode within, LockMode mode) {
        for (JsonNode each : NamedRelations.all(within)) {
            if (NamedRelations.isRelation(each)) {
                lock(NamedRelations.relation(each), mode);
            }
        }
    }

    /// An index is renamed under a weaker lock than a table.
    private LockMode renames() {
        return parsed.text("renameType").equals("OBJECT_INDEX") ? SHARE_UPDATE_EXCLUSIVE : ACCESS_EXCLUSIVE;
    }

    private LockMode reindexes() {
        if (parsed.option("params", "concurrently")) {
            return SHARE_UPDATE_EXCLUSIVE;
        }
        return parsed.text("kind").equals("REINDEX_OBJECT_INDEX") ? ACCESS_EXCLUSIVE : SHARE;
    }

    private LockMode vacuums() {
        return parsed.option("options", "full") ? ACCESS_EXCLUSIVE : SHARE_UPDATE_EXCLUSIVE;
    }

    private void drops() {
        LockMode mode = parsed.flag("concurrent") ? SHARE_UPDATE_EXCLUSIVE : ACCESS_EXCLUSIVE;
        NamedRelations.objects(parsed).forEach(each -> lock(each, mode));
    }

    private void comments() {
        boolean onOne = Set.of("OBJECT_TRIGGER", "OBJECT_RULE", "OBJECT_POLICY", "OBJECT_TABCONSTRAINT")
                .contains(parsed.text("objtype"));
        NamedRelations.objects(parsed).forEach(each -> lock(each, onOne ? ACCESS_SHARE : SHARE_UPDATE_EXCLUSIVE));
    }

    private void copies() {
        lock("relation", parsed.flag("is_from") ? ROW_EXCLUSIVE : ACCESS_SHARE);
        queries(node.path("query"));
    }

    /// A new table: nobody has to wait for it, but for what it refers to.
    private void creates() {
        JsonNode table = parsed.is("CreateStmt") ? node : node.path("base");
        LockMode parent = table.has("partbound") ? ACCESS_EXCLUSIVE : SHARE_UPDATE_EXCLUSIVE;
        relations(table.path("inhRelations"), parent);
        for (JsonNode each : NamedRelations.all(table.path("tableElts"))) {
            if (each.has("pktable")) {
                lock(NamedRelations.relation(each.path("pktable")), SHARE_ROW_EXCLUSIVE);
            } else if (each.has("TableLikeClause")) {
                relations(each.path("TableLikeClause").path("relation"), ACCESS_SHARE);
            }
        }
    }

    /// What reads and writes rows, wherever it stands in the tree.
    private void queries(JsonNode tree) {
        new QueryLocks(tree).found().forEach(this::lock);
    }
}
