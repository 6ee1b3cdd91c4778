package io.lockkeeper.sql;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// A statement's kind in SQL's own words. What is not named here is called as the parser calls it.
final class KindWords {
    private static final Map<String, String> OBJECTS = Map.of(
            "OBJECT_MATVIEW", "MATERIALIZED VIEW",
            "OBJECT_TABCONSTRAINT", "CONSTRAINT",
            "OBJECT_FDW", "FOREIGN DATA WRAPPER",
            "OBJECT_TSCONFIGURATION", "TEXT SEARCH CONFIGURATION",
            "OBJECT_TSDICTIONARY", "TEXT SEARCH DICTIONARY",
            "OBJECT_LARGEOBJECT", "LARGE OBJECT",
            "OBJECT_STATISTIC_EXT", "STATISTICS",
            "OBJECT_OPCLASS", "OPERATOR CLASS",
            "OBJECT_OPFAMILY", "OPERATOR FAMILY");

    private static final Map<String, String> STATEMENTS = Map.ofEntries(
            Map.entry("CreateStmt", "CREATE TABLE"),
            Map.entry("CreatedbStmt", "CREATE DATABASE"),
            Map.entry("DropdbStmt", "DROP DATABASE"),
            Map.entry("CreateTrigStmt", "CREATE TRIGGER"),
            Map.entry("CreateSeqStmt", "CREATE SEQUENCE"),
            Map.entry("AlterSeqStmt", "ALTER SEQUENCE"),
            Map.entry("CreateEnumStmt", "CREATE TYPE"),
            Map.entry("CreateRangeStmt", "CREATE TYPE"),
            Map.entry("CompositeTypeStmt", "CREATE TYPE"),
            Map.entry("CreateStatsStmt", "CREATE STATISTICS"),
            Map.entry("CreateEventTrigStmt", "CREATE EVENT TRIGGER"),
            Map.entry("CreatePLangStmt", "CREATE LANGUAGE"),
            Map.entry("CreateTableSpaceStmt", "CREATE TABLESPACE"),
            Map.entry("DropTableSpaceStmt", "DROP TABLESPACE"),
            Map.entry("RuleStmt", "CREATE RULE"),
            Map.entry("ViewStmt", "CREATE VIEW"),
            Map.entry("RefreshMatViewStmt", "REFRESH MATERIALIZED VIEW"),
            Map.entry("SecLabelStmt", "SECURITY LABEL"),
            Map.entry("ConstraintsSetStmt", "SET CONSTRAINTS"),
            Map.entry("CheckPointStmt", "CHECKPOINT"),
            Map.entry("DeclareCursorStmt", "DECLARE"),
            Map.entry("DoStmt", "DO"),
            Map.entry("AlterDomainStmt", "ALTER DOMAIN"),
            Map.entry("GrantRoleStmt", "GRANT"),
            Map.entry("AlterSystemStmt", "ALTER SYSTEM"));

    private KindWords() {}

    static String of(Parsed parsed) {
        return switch (parsed.type()) {
            case "AlterTableStmt" -> "ALTER " + object(parsed.text("objtype")) + " ... " + changes(parsed);
            case "RenameStmt" -> renames(parsed);
            case "AlterObjectSchemaStmt" -> "ALTER " + object(parsed.text("objectType")) + " ... SET SCHEMA";
            case "AlterOwnerStmt" -> "ALTER " + object(parsed.text("objectType")) + " ... OWNER TO";
            case "AlterEnumStmt" -> "ALTER TYPE ... " + (parsed.node().has("oldVal") ? "RENAME VALUE" : "ADD VALUE");
            case "DropStmt" -> "DROP " + object(parsed.text("removeType")) + concurrently(parsed.flag("concurrent"));
            case "IndexStmt" ->
                "CREATE " + (parsed.flag("unique") ? "UNIQUE " : "") + "INDEX"
                        + concurrently(parsed.flag("concurrent"));
            case "ReindexStmt" ->
                "REINDEX " + parsed.text("kind").replace("REINDEX_OBJECT_", "")
                        + concurrently(parsed.option("params", "concurrently"));
            case "VacuumStmt" ->
                !parsed.flag("is_vacuumcmd") ? "ANALYZE" : parsed.option("options", "full") ? "VACUUM FULL" : "VACUUM";
            case "CreateFunctionStmt" -> "CREATE " + (parsed.flag("is_procedure") ? "PROCEDURE" : "FUNCTION");
            case "CreateTableAsStmt" -> "CREATE " + object(parsed.text("objtype")) + " AS";
            case "DefineStmt" -> "CREATE " + object(parsed.text("kind"));
            case "CommentStmt" -> "COMMENT ON " + object(parsed.text("objtype"));
            case "GrantStmt" -> parsed.flag("is_grant") ? "GRANT" : "REVOKE";
            case "TransactionStmt" ->
                parsed.text("kind").replace("TRANS_STMT_", "").replace('_', ' ');
            case "VariableSetStmt" -> parsed.text("kind").startsWith("VAR_RESET") ? "RESET" : "SET";
            case "VariableShowStmt" -> "SHOW";
            case "CreateForeignTableStmt" -> "CREATE FOREIGN TABLE";
            case "RefreshMatViewStmt" -> "REFRESH MATERIALIZED VIEW" + concurrently(parsed.flag("concurrent"));
            default ->
                STATEMENTS.getOrDefault(parsed.type(), words(parsed.type().replace("Stmt", "")));
        };
    }

    private static String renames(Parsed parsed) {
        String type = parsed.text("renameType");
        if (type.equals("OBJECT_COLUMN") || type.equals("OBJECT_TABCONSTRAINT")) {
            String of = type.equals("OBJECT_COLUMN") ? parsed.text("relationType") : "OBJECT_TABLE";
            return "ALTER " + object(of) + " ... RENAME " + object(type);
        }
        return "ALTER " + object(type) + " ... RENAME";
    }

    private static String changes(Parsed parsed) {
        Set<String> all = new LinkedHashSet<>();
        for (JsonNode each : parsed.node().path("cmds")) {
            all.add(change(each.path("AlterTableCmd")));
        }
        return String.join(", ", all);
    }

    private static String change(JsonNode change) {
        String type = change.path("subtype").asText("AT_AddColumn");
        return switch (type) {
            case "AT_ColumnDefault" -> change.has("def") ? "SET DEFAULT" : "DROP DEFAULT";
            case "AT_AddConstraint" -> "ADD " + constraint(change.path("def").path("Constraint"));
            case "AT_SetRelOptions" -> "SET (...)";
            case "AT_ResetRelOptions" -> "RESET (...)";
            case "AT_ChangeOwner" -> "OWNER TO";
            case "AT_SetUnLogged" -> "SET UNLOGGED";
            case "AT_SetTableSpace" -> "SET TABLESPACE";
            case "AT_DropCluster" -> "SET WITHOUT CLUSTER";
            case "AT_AddInherit" -> "INHERIT";
            case "AT_DropInherit" -> "NO INHERIT";
            case "AT_DetachPartition" ->
                "DETACH PARTITION"
                        + concurrently(change.path("def")
                                .path("PartitionCmd")
                                .path("concurrent")
                                .asBoolean());
            default -> words(type.substring("AT_".length())).replace("TRIG", "TRIGGER");
        };
    }

    private static String constraint(JsonNode constraint) {
        String type = constraint.path("contype").asText().replace("CONSTR_", "");
        String words =
                switch (type) {
                    case "FOREIGN" -> "FOREIGN KEY";
                    case "PRIMARY" -> "PRIMARY KEY";
                    case "EXCLUSION" -> "EXCLUDE";
                    case "NOTNULL" -> "NOT NULL";
                    default -> type;
                };
        return words
                + (constraint.has("indexname") ? " USING INDEX" : "")
                + (constraint.path("skip_validation").asBoolean() ? " NOT VALID" : "");
    }

    private static String concurrently(boolean concurrent) {
        return concurrent ? " CONCURRENTLY" : "";
    }

    private static String object(String type) {
        return OBJECTS.getOrDefault(type, type.replace("OBJECT_", "").replace('_', ' '));
    }

    /// `AlterColumnType` is `ALTER COLUMN TYPE`.
    private static String words(String name) {
        StringBuilder words = new StringBuilder();
        for (int i = 0; i < name.length(); i++) {
            if (i > 0 && Character.isUpperCase(name.charAt(i)) && !Character.isUpperCase(name.charAt(i - 1))) {
                words.append(' ');
            }
            words.append(name.charAt(i));
        }
        return words.toString().toUpperCase(Locale.ROOT);
    }
}
