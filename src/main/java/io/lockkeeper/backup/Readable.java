package io.lockkeeper.backup;

import io.lockkeeper.http.Problem;
import io.lockkeeper.job.PermanentFailure;
import io.lockkeeper.postgres.PgSession;
import io.lockkeeper.target.Ability;
import io.lockkeeper.target.RoleFacts;
import io.vertx.sqlclient.Row;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;

/// A logical backup reads everything: `pg_dump` gives up at the first table that it may not read, and refuses tables
/// whose rows are hidden from its role.
@Singleton
class Readable implements Ability {
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

    private static final String MAY_READ_PASSWORD_HASHES =
            "SELECT has_table_privilege('pg_catalog.pg_authid', 'SELECT') AS may";

    @Override
    public String kind() {
        return BackupJob.NAME;
    }

    @Override
    public List<String> lacks(RoleFacts role, PgSession session) throws InterruptedException {
        return lacks(session);
    }

    private static List<String> lacks(PgSession session) throws InterruptedException {
        List<String> lacks = new ArrayList<>();
        tell(session.one(UNREADABLE), "cannot read", lacks);
        tell(session.one(HIDDEN_ROWS), "row security hides rows of", lacks);
        return lacks;
    }

    /// Before hours are spent. A selection may leave out just these, so then `pg_dump` itself is asked.
    static void refuseWhatCannotBeRead(BackupSpec spec, PgSession session) throws InterruptedException {
        if (spec.include() != null || spec.exclude() != null) {
            return;
        }
        List<String> lacks = lacks(session);
        if (!lacks.isEmpty()) {
            throw new PermanentFailure(Problem.unprocessable(
                    "privilege-missing",
                    "The target's role " + session.server().username() + " cannot back up all of database "
                            + session.server().database() + ": it " + String.join("; it ", lacks)
                            + ". Grant it pg_read_all_data (and BYPASSRLS), or exclude these."));
        }
    }

    static boolean passwordHashes(PgSession session) throws InterruptedException {
        return session.one(MAY_READ_PASSWORD_HASHES).getBoolean("may");
    }

    private static void tell(Row found, String what, List<String> lacks) {
        long n = found.getLong("n");
        if (n > 0) {
            lacks.add(what + " " + n + (n == 1 ? " table or sequence: " : " tables or sequences, e.g. ")
                    + found.getString("example"));
        }
    }
}
