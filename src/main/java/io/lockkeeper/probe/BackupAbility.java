package io.lockkeeper.probe;

import io.lockkeeper.postgres.PgSession;
import io.lockkeeper.target.Ability;
import io.lockkeeper.target.RoleFacts;
import io.vertx.sqlclient.Row;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;

/// A logical backup reads everything: `pg_dump` gives up at the first table that it may not read, and refuses tables
// whose
/// rows are hidden from its role.
@Singleton
class BackupAbility implements Ability {
    private static final String OF_THE_USERS = """
            n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
            AND NOT EXISTS (SELECT FROM pg_depend e
                            WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e')""";

    private static final String UNREADABLE = """
            SELECT count(*) AS n, min(format('%I.%I', n.nspname, c.relname)) AS example
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'p', 'm', 'S') AND """ + " " + OF_THE_USERS + """
                     AND NOT (has_schema_privilege(n.oid, 'USAGE')
                         AND CASE c.relkind WHEN 'S' THEN has_sequence_privilege(c.oid, 'SELECT')
                                            ELSE has_table_privilege(c.oid, 'SELECT') END)""";

    private static final String HIDDEN_ROWS = """
            SELECT count(*) AS n, min(format('%I.%I', n.nspname, c.relname)) AS example
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'p') AND row_security_active(c.oid) AND """ + " " + OF_THE_USERS;

    @Override
    public String kind() {
        return "backup";
    }

    @Override
    public List<String> lacks(RoleFacts role, PgSession session) throws InterruptedException {
        List<String> lacks = new ArrayList<>();
        tell(session.one(UNREADABLE), "cannot read", lacks);
        tell(session.one(HIDDEN_ROWS), "row security hides rows of", lacks);
        return lacks;
    }

    private static void tell(Row found, String what, List<String> lacks) {
        long n = found.getLong("n");
        if (n > 0) {
            lacks.add(what + " " + n + (n == 1 ? " table or sequence: " : " tables or sequences, e.g. ")
                    + found.getString("example"));
        }
    }
}
