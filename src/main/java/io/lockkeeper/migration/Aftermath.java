package io.lockkeeper.migration;

import static io.lockkeeper.postgres.Identifiers.quote;

import io.lockkeeper.http.Problem;
import io.lockkeeper.job.PermanentFailure;
import io.lockkeeper.postgres.PgSession;
import io.lockkeeper.sql.Relation;
import io.lockkeeper.sql.Statement;
import io.lockkeeper.sql.StatementFacts;
import io.vertx.sqlclient.Row;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What became of a statement that ran outside of any transaction and whose end nobody saw: the catalogue knows.
final class Aftermath {
    /// Can be done again, whether they were done or not.
    private static final Set<String> REPEATABLE =
            Set.of("VACUUM", "VACUUM FULL", "ANALYZE", "ALTER SYSTEM", "ALTER DATABASE", "CLUSTER", "DISCARD");

    /// Where what CREATE makes and DROP takes away has its row, which comes and goes with their last act.
    private static final Map<String, String> ROWS = Map.of(
            "DATABASE", "SELECT FROM pg_database WHERE datname = $1",
            "TABLESPACE", "SELECT FROM pg_tablespace WHERE spcname = $1",
            "SUBSCRIPTION",
                    "SELECT FROM pg_subscription JOIN pg_database d ON d.oid = subdbid"
                            + " WHERE subname = $1 AND d.datname = current_database()");

    private static final String INDEX_OF_TABLE = """
            SELECT i.indisvalid AS valid, n.nspname::text AS schema, c.relname::text AS name
            FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE i.indrelid = to_regclass($1) AND c.relname = $2""";
    private static final String PARTITION =
            "SELECT inhdetachpending AS pending FROM pg_inherits WHERE inhrelid = to_regclass($1)";

    private final PgSession session;

    Aftermath(PgSession session) {
        this.session = session;
    }

    /// @return false: it is to run (again)
    /// @throws PermanentFailure where nobody can tell
    boolean isDone(Step step) throws InterruptedException {
        Step.Placed placed = step.statements().getFirst();
        StatementFacts facts = placed.nature().facts();
        String kind = facts.kind();
        if (isConcurrentIndex(facts)) {
            return index(facts).map(row -> row.getBoolean("valid")).orElse(false);
        }
        if (kind.equals("DROP INDEX CONCURRENTLY")) {
            return isGone(facts.relations());
        }
        if (detaches(facts)) {
            return session.maybe(PARTITION, name(facts.relations().getLast())).isEmpty();
        }
        if (REPEATABLE.contains(kind) || kind.startsWith("REINDEX")) {
            return false;
        }
        if (facts.global() != null) {
            String[] words = kind.split(" ");
            boolean isThere = session.maybe(ROWS.get(words[1]), facts.global()).isPresent();
            return isThere == words[0].equals("CREATE");
        }
        throw new PermanentFailure(Problem.conflict(
                "state-unknown",
                "Whether the statement of line " + placed.line() + " (" + kind
                        + ") has come to its end, nobody saw, and"
                        + " the catalogue does not tell. Compare the target with the file."));
    }

    /// The statement; or what finishes it, where half of it has happened and can only be finished.
    Statement rest(Step.Placed placed) throws InterruptedException {
        Statement whole = placed.statement();
        StatementFacts facts = placed.nature().facts();
        if (!detaches(facts)) {
            return whole;
        }
        String partition = name(facts.relations().getLast());
        boolean pending = session.maybe(PARTITION, partition)
                .map(row -> row.getBoolean("pending"))
                .orElse(false);
        String finish =
                "ALTER TABLE " + name(facts.relations().getFirst()) + " DETACH PARTITION " + partition + " FINALIZE";
        return pending ? new Statement(whole.start(), whole.end(), whole.line(), finish, null) : whole;
    }

    private static boolean detaches(StatementFacts facts) {
        return facts.kind().endsWith("DETACH PARTITION CONCURRENTLY");
    }

    private static boolean isConcurrentIndex(StatementFacts facts) {
        return facts.kind().matches("CREATE (UNIQUE )?INDEX CONCURRENTLY") && facts.makes() != null;
    }

    private boolean isGone(List<Relation> indexes) throws InterruptedException {
        for (Relation index : indexes) {
            if (session.one("SELECT to_regclass($1) IS NOT NULL", name(index)).getBoolean(0)) {
                return false;
            }
        }
        return true;
    }

    private Optional<Row> index(StatementFacts facts) throws InterruptedException {
        return session.maybe(
                INDEX_OF_TABLE,
                name(facts.relations().getFirst()),
                facts.makes().name());
    }

    private static String name(Relation relation) {
        return relation.schema() == null ? quote(relation.name()) : quote(relation.schema(), relation.name());
    }
}
