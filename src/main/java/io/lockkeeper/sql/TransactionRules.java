package io.lockkeeper.sql;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;

/// Where a statement may run, as the server's PreventInTransactionBlock and RequireTransactionBlock have it.
final class TransactionRules {
    private static final Set<String> NEVER_INSIDE =
            Set.of("CreatedbStmt", "DropdbStmt", "CreateTableSpaceStmt", "DropTableSpaceStmt", "AlterSystemStmt");
    private static final Set<String> WHOLE =
            Set.of("REINDEX_OBJECT_SCHEMA", "REINDEX_OBJECT_DATABASE", "REINDEX_OBJECT_SYSTEM");

    private TransactionRules() {}

    static TransactionUse of(Parsed parsed) {
        if (NEVER_INSIDE.contains(parsed.type())) {
            return TransactionUse.OUTSIDE_ONLY;
        }
        return switch (parsed.type()) {
            case "TransactionStmt" ->
                parsed.text("kind").endsWith("_PREPARED") ? TransactionUse.OUTSIDE_ONLY : TransactionUse.CONTROL;
            case "VacuumStmt" -> outsideIf(parsed.flag("is_vacuumcmd"));
            case "IndexStmt", "DropStmt" -> outsideIf(parsed.flag("concurrent"));
            case "ReindexStmt" ->
                outsideIf(parsed.option("params", "concurrently") || WHOLE.contains(parsed.text("kind")));
            case "ClusterStmt", "RepackStmt" -> outsideIf(!parsed.node().has("relation"));
            case "AlterTableStmt" -> outsideIf(detachesConcurrently(parsed));
            case "AlterDatabaseStmt" -> outsideIf(parsed.node().toString().contains("\"tablespace\""));
            case "DiscardStmt" -> outsideIf(parsed.text("target").equals("DISCARD_ALL"));
            case "CreateSubscriptionStmt" ->
                outsideIf(parsed.option("options", "connect", true) && parsed.option("options", "create_slot", true));
            case "DropSubscriptionStmt" -> TransactionUse.OUTSIDE_ONLY; // it has a slot, as a rule
            case "AlterSubscriptionStmt" -> outsideIf(refreshes(parsed));
            case "AlterEnumStmt" ->
                parsed.node().has("oldVal") ? TransactionUse.EITHER : TransactionUse.COMMIT_BEFORE_USE;
            case "LockStmt" -> TransactionUse.INSIDE;
            case "DeclareCursorStmt" -> isHeld(parsed) ? TransactionUse.EITHER : TransactionUse.INSIDE;
            case "ConstraintsSetStmt" -> TransactionUse.INSIDE;
            case "VariableSetStmt" -> parsed.flag("is_local") ? TransactionUse.INSIDE : TransactionUse.EITHER;
            default -> TransactionUse.EITHER;
        };
    }

    private static TransactionUse outsideIf(boolean outside) {
        return outside ? TransactionUse.OUTSIDE_ONLY : TransactionUse.EITHER;
    }

    private static boolean detachesConcurrently(Parsed parsed) {
        for (JsonNode each : parsed.node().path("cmds")) {
            JsonNode partition = each.path("AlterTableCmd").path("def").path("PartitionCmd");
            if (partition.path("concurrent").asBoolean()) {
                return true;
            }
        }
        return false;
    }

    private static boolean isHeld(Parsed parsed) {
        return (parsed.node().path("options").asInt() & 0x20) != 0;
    }

    private static boolean refreshes(Parsed parsed) {
        return switch (parsed.text("kind")) {
            case "ALTER_SUBSCRIPTION_REFRESH", "ALTER_SUBSCRIPTION_REFRESH_PUBLICATION" -> true;
            case "ALTER_SUBSCRIPTION_SET_PUBLICATION",
                    "ALTER_SUBSCRIPTION_ADD_PUBLICATION",
                    "ALTER_SUBSCRIPTION_DROP_PUBLICATION" -> parsed.option("options", "refresh", true);
            case "ALTER_SUBSCRIPTION_OPTIONS" ->
                parsed.node().path("options").toString().matches(".*\"(failover|two_phase)\".*");
            default -> false;
        };
    }
}
