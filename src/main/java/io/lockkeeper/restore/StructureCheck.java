package io.lockkeeper.restore;

import io.lockkeeper.postgres.PgSession;
import io.vertx.sqlclient.Row;
import java.util.ArrayList;
import java.util.List;

/// Looks at what holds a restored database together: indexes, constraints, and with `amcheck` at whether indexes lead
/// to their rows. What a dump says is restored by the server's own commands, so that little can be wrong; a copy of
/// files shows what was wrong on the server that was copied.
final class StructureCheck {
    /// Where a partition's index is missing, the whole index is not valid: a dump says so as well.
    private static final String INVALID_INDEXES = """
            SELECT n.nspname AS schema, c.relname AS name, t.relname AS of, c.relkind = 'I' AS partitioned
            FROM pg_index i
            JOIN pg_class c ON c.oid = i.indexrelid
            JOIN pg_class t ON t.oid = i.indrelid
            JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE NOT (i.indisvalid AND i.indisready AND i.indislive) AND n.nspname !~ '^pg_(toast_)?temp_'
            ORDER BY 1, 2""";

    private static final String NOT_VALIDATED = """
            SELECT n.nspname AS schema, coalesce(t.relname, d.typname) AS of, o.conname AS name
            FROM pg_constraint o
            JOIN pg_namespace n ON n.oid = o.connamespace
            LEFT JOIN pg_class t ON t.oid = o.conrelid
            LEFT JOIN pg_type d ON d.oid = o.contypid
            WHERE NOT o.convalidated %s AND o.conparentid = 0
            ORDER BY 1, 2, 3""";

    private static final String UNLOGGED = """
            SELECT n.nspname AS schema, c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relpersistence = 'u' AND c.relkind = 'r' ORDER BY 1, 2""";

    private static final String LEFT_BEHIND = """
            SELECT n.nspname AS schema, c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname ~ '^pg_temp_' AND c.relkind = 'r' ORDER BY 1, 2""";

    private static final int NOT_ENFORCED_SINCE = 18;
    private static final int MOST_NAMED = 5;

    private final boolean files;

    /// @param files whether it is a copy of files, not the restore of a dump
    StructureCheck(boolean files) {
        this.files = files;
    }

    /// @param session of a superuser in the database; leaves nothing behind
    Findings check(PgSession session) throws InterruptedException {
        Findings found = invalidIndexes(session).plus(notValidated(session));
        if (files) {
            found = found.plus(named("Unlogged tables are empty in a copy of files", session.query(UNLOGGED)))
                    .plus(named(
                            "Temporary tables of sessions that are gone were copied as well",
                            session.query(LEFT_BEHIND)));
        }
        return found.plus(new Amcheck(files).check(session));
    }

    private Findings invalidIndexes(PgSession session) throws InterruptedException {
        List<Reason> reasons = new ArrayList<>();
        List<Row> ofTheSource = new ArrayList<>();
        for (Row row : session.query(INVALID_INDEXES)) {
            if (files || row.getBoolean("partitioned")) {
                ofTheSource.add(row);
            } else {
                reasons.add(Reason.of(
                        Reason.Code.STRUCTURE,
                        name(row),
                        "The index " + name(row) + " of " + row.getString("of") + " is not valid in the copy."));
            }
        }
        return new Findings(reasons, List.of())
                .plus(named("Indexes that are not valid, as in the database that was backed up", ofTheSource));
    }

    private Findings notValidated(PgSession session) throws InterruptedException {
        String enforced = session.serverMajor() >= NOT_ENFORCED_SINCE ? "AND o.conenforced" : "";
        return named(
                "Constraints that nobody has validated (NOT VALID), as in the database that was backed up",
                session.query(NOT_VALIDATED.formatted(enforced)));
    }

    private static Findings named(String what, List<Row> rows) {
        if (rows.isEmpty()) {
            return Findings.NONE;
        }
        String names = String.join(
                ", ", rows.stream().limit(MOST_NAMED).map(StructureCheck::name).toList());
        String more = rows.size() > MOST_NAMED ? " and " + (rows.size() - MOST_NAMED) + " more" : "";
        return Findings.note(what + ": " + names + more + ".");
    }

    private static String name(Row row) {
        return row.getString("schema") + "." + row.getString("name");
    }
}
