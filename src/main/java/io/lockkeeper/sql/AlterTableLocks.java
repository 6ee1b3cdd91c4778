package io.lockkeeper.sql;

import static io.lockkeeper.sql.LockMode.*;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/// The locks of `ALTER TABLE` and of what else the parser takes for one (`ALTER INDEX`, `VIEW`, ...): that of
/// the change that needs the strongest.
final class AlterTableLocks {
    private static final Set<String> LIGHT = Set.of(
            "AT_SetStatistics",
            "AT_ClusterOn",
            "AT_DropCluster",
            "AT_SetOptions",
            "AT_ResetOptions",
            "AT_ValidateConstraint",
            "AT_AttachPartition",
            "AT_DetachPartitionFinalize");

    /// Storage parameters that readers must not see change.
    private static final Set<String> HEAVY_PARAMETERS = Set.of(
            "user_catalog_table",
            "fastupdate",
            "gin_pending_list_limit",
            "buffering",
            "pages_per_range",
            "autosummarize",
            "security_barrier",
            "security_invoker",
            "check_option");

    private AlterTableLocks() {}

    static Map<Relation, LockMode> of(Parsed parsed) {
        Map<Relation, LockMode> found = new LinkedHashMap<>();
        JsonNode relation = parsed.node().path("relation");
        if (!NamedRelations.isRelation(relation)) {
            return found;
        }
        for (JsonNode each : parsed.node().path("cmds")) {
            JsonNode change = each.path("AlterTableCmd");
            found.merge(NamedRelations.relation(relation), mode(change), LockMode::stronger);
            others(change, found);
        }
        return found;
    }

    private static LockMode mode(JsonNode change) {
        String type = change.path("subtype").asText("AT_AddColumn");
        if (LIGHT.contains(type)) {
            return SHARE_UPDATE_EXCLUSIVE;
        }
        return switch (type) {
            case "AT_EnableTrig",
                    "AT_EnableAlwaysTrig",
                    "AT_EnableReplicaTrig",
                    "AT_EnableTrigAll",
                    "AT_EnableTrigUser",
                    "AT_DisableTrig",
                    "AT_DisableTrigAll",
                    "AT_DisableTrigUser" -> SHARE_ROW_EXCLUSIVE;
            case "AT_AddConstraint" -> isForeignKey(change) ? SHARE_ROW_EXCLUSIVE : ACCESS_EXCLUSIVE;
            case "AT_SetRelOptions", "AT_ResetRelOptions" -> parameters(change);
            case "AT_DetachPartition" ->
                change.path("def").path("PartitionCmd").path("concurrent").asBoolean()
                        ? SHARE_UPDATE_EXCLUSIVE
                        : ACCESS_EXCLUSIVE;
            default -> ACCESS_EXCLUSIVE;
        };
    }

    private static boolean isForeignKey(JsonNode change) {
        return change.path("def").path("Constraint").path("contype").asText().equals("CONSTR_FOREIGN");
    }

    private static LockMode parameters(JsonNode change) {
        for (JsonNode each : change.path("def").path("List").path("items")) {
            if (HEAVY_PARAMETERS.contains(each.path("DefElem").path("defname").asText())) {
                return ACCESS_EXCLUSIVE;
            }
        }
        return SHARE_UPDATE_EXCLUSIVE;
    }

    /// Tables that a change names beside its own.
    private static void others(JsonNode change, Map<Relation, LockMode> found) {
        String type = change.path("subtype").asText();
        JsonNode definition = change.path("def");
        for (JsonNode each : NamedRelations.all(definition)) {
            if (NamedRelations.isRelation(each.path("pktable"))) {
                found.merge(NamedRelations.relation(each.path("pktable")), SHARE_ROW_EXCLUSIVE, LockMode::stronger);
            }
        }
        JsonNode partition = definition.path("PartitionCmd").path("name");
        if (NamedRelations.isRelation(partition)) {
            found.merge(NamedRelations.relation(partition), ACCESS_EXCLUSIVE, LockMode::stronger);
        }
        if (type.equals("AT_AddInherit") || type.equals("AT_DropInherit")) {
            JsonNode parent = definition.path("RangeVar");
            LockMode mode = type.equals("AT_AddInherit") ? SHARE_UPDATE_EXCLUSIVE : ACCESS_SHARE;
            found.merge(NamedRelations.relation(parent), mode, LockMode::stronger);
        }
    }
}
