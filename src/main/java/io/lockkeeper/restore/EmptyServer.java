package io.lockkeeper.restore;

import io.lockkeeper.dump.DatabaseProperties;
import io.lockkeeper.dump.Fingerprint;
import io.lockkeeper.http.Problem;
import io.lockkeeper.job.PermanentFailure;
import io.lockkeeper.postgres.Identifiers;
import io.lockkeeper.postgres.PgFailure;
import io.lockkeeper.postgres.PgSession;
import io.lockkeeper.postgres.Sandbox;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// A sandbox before anything is in it: what a dump takes for granted is made here.
record EmptyServer(CopyAccess access, Sandbox sandbox, String database) {
    private static final String MADE_BY_INITDB = "postgres";
    private static final String TEMPLATE = "template1";
    private static final String NOT_AVAILABLE =
            "SELECT wanted FROM unnest($1::text[]) wanted WHERE wanted NOT IN (SELECT name FROM pg_available_extensions)";

    /// The database to be in while that of the backup is made.
    String maintenance() {
        return database.equals(MADE_BY_INITDB) ? TEMPLATE : MADE_BY_INITDB;
    }

    Findings prepare(Fingerprint expected, Optional<String> globals) throws InterruptedException {
        try (PgSession session = access.connect(sandbox, maintenance())) {
            demandExtensions(expected, session);
            makeTablespaces(expected.properties().tablespaces(), session);
            Findings roles =
                    Roles.read(globals.orElse("")).make(expected.properties().roles(), session);
            if (database.equals(MADE_BY_INITDB) || database.equals(TEMPLATE)) {
                session.script("ALTER DATABASE " + Identifiers.quote(database) + " IS_TEMPLATE false");
                session.script("DROP DATABASE " + Identifiers.quote(database));
            }
            return roles;
        }
    }

    /// Those that the dump makes; others may be there anyway.
    private static void demandExtensions(Fingerprint expected, PgSession session) throws InterruptedException {
        Set<String> dumped = expected.schema().stream()
                .filter(item -> item.type().equals("EXTENSION"))
                .map(item -> item.name())
                .collect(Collectors.toSet());
        List<String> missing = session.query(NOT_AVAILABLE, (Object) dumped.toArray(String[]::new)).stream()
                .map(row -> row.getString(0))
                .sorted()
                .toList();
        if (!missing.isEmpty()) {
            throw new PermanentFailure(Problem.unprocessable(
                    "extension-missing",
                    "The backup needs extensions that the PostgreSQL " + session.serverMajor()
                            + " server of this worker does not have: " + String.join(", ", missing)
                            + ". Install them there; nothing is known about the backup."));
        }
    }

    /// Within the data directory: where they lay before is nobody's business here.
    private static void makeTablespaces(List<String> names, PgSession session) throws InterruptedException {
        if (names.isEmpty()) {
            return;
        }
        session.execute("SET allow_in_place_tablespaces = on");
        for (String name : names) {
            session.execute("CREATE TABLESPACE " + Identifiers.quote(name) + " LOCATION ''");
        }
    }

    /// For plain dumps, which do not make it themselves.
    void createDatabase(DatabaseProperties like) throws InterruptedException {
        StringBuilder sql = new StringBuilder("CREATE DATABASE ")
                .append(Identifiers.quote(database))
                .append(" TEMPLATE template0 ENCODING ")
                .append(literal(like.encoding()))
                .append(" LC_COLLATE ")
                .append(literal(like.collate()))
                .append(" LC_CTYPE ")
                .append(literal(like.ctype()));
        if (!like.localeProvider().equals("libc")) {
            sql.append(" LOCALE_PROVIDER ").append(like.localeProvider());
            sql.append(like.localeProvider().equals("icu") ? " ICU_LOCALE " : " BUILTIN_LOCALE ")
                    .append(literal(String.valueOf(like.locale())));
        }
        if (like.icuRules() != null) {
            sql.append(" ICU_RULES ").append(literal(like.icuRules()));
        }
        try (PgSession session = access.connect(sandbox, maintenance())) {
            session.script(sql.toString());
            session.script(
                    "ALTER DATABASE " + Identifiers.quote(database) + " OWNER TO " + Identifiers.quote(like.owner()));
        } catch (PgFailure refused) {
            throw new PermanentFailure(Problem.unprocessable(
                    "sandbox-lacks-something",
                    "The sandbox on this worker cannot make the backup's database, which says nothing about the backup: "
                            + refused.getMessage()));
        }
    }

    private static String literal(String text) {
        return "'" + text.replace("'", "''") + "'";
    }
}
