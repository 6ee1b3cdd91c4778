package io.lockkeeper.sql;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a statement says of itself, without any look at a database.
///
/// @param kind        in SQL's own words, such as `ALTER TABLE ... ADD COLUMN`
/// @param relations   that it names, each once, in the order of the text
/// @param transaction where it may run. What depends on the catalogue (`CLUSTER` and `REINDEX` of a
///                    partitioned table) counts as `EITHER`
/// @param locks       on relations that it names and that exist before it runs
/// @param makes       the index that it makes, if it gives it a name
/// @param global      the database, tablespace or subscription that it makes or drops
/// @param opaque      whether it runs code that is not seen here: `DO`, `CALL`, `EXECUTE`
public record StatementFacts(
        String kind,
        List<Relation> relations,
        TransactionUse transaction,
        List<RelationLock> locks,
        @Nullable Relation makes,
        @Nullable String global,
        boolean opaque) {

    public StatementFacts {
        relations = List.copyOf(relations);
        locks = List.copyOf(locks);
    }

    public static StatementFacts of(Parsed parsed) {
        return new StatementFacts(
                KindWords.of(parsed),
                NamedRelations.of(parsed),
                TransactionRules.of(parsed),
                LockRules.of(parsed),
                NamedRelations.made(parsed),
                global(parsed),
                parsed.is("DoStmt") || parsed.is("CallStmt") || parsed.is("ExecuteStmt"));
    }

    private static @Nullable String global(Parsed parsed) {
        return switch (parsed.type()) {
            case "CreatedbStmt", "DropdbStmt" -> parsed.text("dbname");
            case "CreateTableSpaceStmt", "DropTableSpaceStmt" -> parsed.text("tablespacename");
            case "CreateSubscriptionStmt", "DropSubscriptionStmt" -> parsed.text("subname");
            default -> null;
        };
    }

    /// The strongest of its locks, if it takes any.
    public Optional<RelationLock> strongest() {
        return locks.stream().max(Comparator.comparing(RelationLock::mode));
    }

    public LockMode strongestLock() {
        return strongest().map(RelationLock::mode).orElse(LockMode.NONE);
    }
}
