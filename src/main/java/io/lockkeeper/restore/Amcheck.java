package io.lockkeeper.restore;

import io.lockkeeper.postgres.Identifiers;
import io.lockkeeper.postgres.PgFailure;
import io.lockkeeper.postgres.PgSession;
import io.lockkeeper.postgres.SessionLost;
import io.vertx.sqlclient.Row;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The server's own check of its files, where it has it. Of a copy of files everything is looked at: each index against
/// its table, each table against itself. What a restore has built a moment ago from its rows is only looked through.
final class Amcheck {
    private static final String SCHEMA = "lockkeeper_amcheck";
    private static final Duration LONGEST = Duration.ofHours(24);
    private static final Set<String> CORRUPTED = Set.of("XX001", "XX002");
    private static final int CHECKS_UNIQUE_SINCE = 17;
    private static final int CHECKS_GIN_SINCE = 18;
    private static final int VERSION_OF_DATABASE_SINCE = 15;

    private static final String WHERE_IT_IS = """
            SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
            WHERE e.extname = 'amcheck'""";

    private static final String IS_AVAILABLE =
            "SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'amcheck')";

    /// `foreign_order`: text was sorted by another version of a library than this machine's, so that its order says
    /// nothing about the files.
    private static final String INDEXES = """
            SELECT i.indexrelid::bigint AS oid, n.nspname AS schema, c.relname AS name, a.amname AS method,
                   i.indisunique AS is_unique,
                   EXISTS (SELECT FROM unnest(i.indcollation::oid[]) AS k (oid) JOIN pg_collation l ON l.oid = k.oid
                           WHERE CASE WHEN l.collname = 'default' THEN %s
                                      ELSE l.collversion IS DISTINCT FROM pg_collation_actual_version(l.oid) END)
                     AS foreign_order
            FROM pg_index i
            JOIN pg_class c ON c.oid = i.indexrelid
            JOIN pg_am a ON a.oid = c.relam
            JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind = 'i' AND i.indisvalid AND i.indisready AND c.relpersistence <> 't'
              AND a.amname IN ('btree', 'gin')
            ORDER BY c.relpages""";

    private static final String FOREIGN_DATABASE = """
            (SELECT datcollversion IS DISTINCT FROM pg_database_collation_actual_version(oid)
             FROM pg_database WHERE datname = current_database())""";

    private static final String FOREIGN_DATABASE_UNKNOWN =
            "(SELECT datcollate NOT IN ('C', 'POSIX') FROM pg_database WHERE datname = current_database())";

    private static final String TABLES = """
            SELECT c.oid::bigint AS oid, n.nspname AS schema, c.relname AS name
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_am a ON a.oid = c.relam
            WHERE c.relkind IN ('r', 'm') AND c.relpersistence = 'p' AND a.amname = 'heap' ORDER BY c.relpages""";

    private final boolean thorough;

    Amcheck(boolean thorough) {
        this.thorough = thorough;
    }

    /// In a transaction that is taken back: what it needs is there for nobody else, nor afterwards.
    Findings check(PgSession session) throws InterruptedException {
        session.script("BEGIN");
        try {
            Optional<String> there = session.maybe(WHERE_IT_IS).map(row -> row.getString(0));
            if (there.isPresent()) {
                return check(session, there.get());
            }
            if (!session.one(IS_AVAILABLE).getBoolean(0)) {
                return Findings.note(
                        "Indexes were not checked against their tables: the extension amcheck is not installed"
                                + " on this worker.");
            }
            session.script("CREATE SCHEMA " + SCHEMA + "; CREATE EXTENSION amcheck SCHEMA " + SCHEMA);
            return check(session, SCHEMA);
        } finally {
            session.script("ROLLBACK");
        }
    }

    private Findings check(PgSession session, String schema) throws InterruptedException {
        PgSession patient = session.within(LONGEST);
        String quoted = Identifiers.quote(schema);
        List<Reason> reasons = new ArrayList<>();
        List<String> notes = new ArrayList<>();
        int foreign = 0;
        String database =
                session.serverMajor() >= VERSION_OF_DATABASE_SINCE ? FOREIGN_DATABASE : FOREIGN_DATABASE_UNKNOWN;
        for (Row index : session.query(INDEXES.formatted(database))) {
            Optional<String> call = call(index, quoted, session.serverMajor());
            if (thorough && index.getBoolean("foreign_order")) {
                foreign++;
            } else if (call.isPresent()) {
                ask(patient, call.get(), index, "index", reasons, notes);
            }
        }
        if (foreign > 0) {
            notes.add(
                    foreign + " indexes on text were not checked: they were sorted by another version of a library than"
                            + " this machine's.");
        }
        if (thorough) {
            for (Row table : session.query(TABLES)) {
                ask(
                        patient,
                        "SELECT string_agg(DISTINCT msg, '; ') FROM " + quoted
                                + ".verify_heapam(relation => $1::bigint::oid::regclass, on_error_stop => true, check_toast => true)",
                        table,
                        "table",
                        reasons,
                        notes);
            }
        }
        return new Findings(reasons, notes);
    }

    private Optional<String> call(Row index, String schema, int major) {
        String arguments = "(index => $1::bigint::oid::regclass";
        if (index.getString("method").equals("gin")) {
            return thorough && major >= CHECKS_GIN_SINCE
                    ? Optional.of("SELECT NULL::text FROM " + schema + ".gin_index_check" + arguments + ")")
                    : Optional.empty();
        }
        arguments += ", heapallindexed => " + thorough;
        if (thorough && major >= CHECKS_UNIQUE_SINCE && index.getBoolean("is_unique")) {
            arguments += ", checkunique => true";
        }
        return Optional.of("SELECT NULL::text FROM " + schema + ".bt_index_check" + arguments + ")");
    }

    /// Only what the server calls corrupted speaks against the backup. The functions in an index may fail for reasons
    /// of their own.
    private void ask(PgSession session, String sql, Row what, String kind, List<Reason> reasons, List<String> notes)
            throws InterruptedException {
        String name = what.getString("schema") + "." + what.getString("name");
        session.script("SAVEPOINT one");
        try {
            String said = session.one(sql, what.getLong("oid")).getString(0);
            if (said != null) {
                reasons.add(new Reason(code(), name, null, "amcheck on the " + kind + " " + name + ": " + said));
            }
        } catch (SessionLost lost) {
            throw lost;
        } catch (PgFailure failure) {
            String sentence = "amcheck on the " + kind + " " + name + ": " + failure.getMessage();
            if (CORRUPTED.contains(failure.sqlState())) {
                reasons.add(new Reason(code(), name, failure.sqlState(), sentence));
            } else {
                notes.add(sentence);
            }
            session.script("ROLLBACK TO SAVEPOINT one");
        }
    }

    /// The files are those that the server sent, by their digests: what is wrong in them was wrong there.
    private Reason.Code code() {
        return thorough ? Reason.Code.SOURCE : Reason.Code.STRUCTURE;
    }
}
