package io.lockkeeper.restore;

import io.lockkeeper.postgres.Identifiers;
import io.lockkeeper.postgres.PgSession;
import io.lockkeeper.postgres.PostgresServer;
import io.lockkeeper.restore.SqlTokens.Token;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// Those who own something in a backup, or may do something with it. In a sandbox nobody of them can
/// log in, none has a password, and what `ALTER ROLE ... SET` did to their sessions is left away. What
/// decides about a restore stays: who is a superuser, who passes row security, who belongs to whom.
record Roles(Map<String, Set<String>> attributes, List<Membership> memberships) {
    private static final Set<String> KEPT =
            Set.of("superuser", "bypassrls", "noinherit", "createrole", "createdb", "replication");
    private static final String PREDEFINED = "pg_";

    record Membership(String role, String member) {}

    /// @param globals what `pg_dumpall` says of the cluster
    static Roles read(String globals) {
        Roles roles = new Roles(new LinkedHashMap<>(), new ArrayList<>());
        SqlTokens.statements(globals).forEach(roles::take);
        return roles;
    }

    private void take(List<Token> statement) {
        if (begins(statement, "create", "role") || begins(statement, "alter", "role")) {
            Set<String> all = attributes.computeIfAbsent(statement.get(2).text(), _ -> new LinkedHashSet<>());
            boolean with = statement.size() > 3 && statement.get(3).is("with");
            statement.stream()
                    .skip(4)
                    .filter(token -> with && token.type() == Token.Type.WORD && KEPT.contains(token.text()))
                    .forEach(token -> all.add(token.text()));
        } else if (statement.size() >= 4
                && statement.get(0).is("grant")
                && statement.get(1).mayBeAName()
                && statement.get(2).is("to")
                && statement.get(3).mayBeAName()) {
            memberships.add(
                    new Membership(statement.get(1).text(), statement.get(3).text()));
        }
    }

    private static boolean begins(List<Token> statement, String first, String second) {
        return statement.size() >= 3
                && statement.get(0).is(first)
                && statement.get(1).is(second)
                && statement.get(2).mayBeAName();
    }

    /// Makes them, and whoever else is needed.
    ///
    /// @param needed by the backup
    /// @return what is to be said about it
    Findings make(List<String> needed, PgSession server) throws InterruptedException {
        boolean known = !attributes.isEmpty();
        Set<String> made = new TreeSet<>(attributes.keySet());
        Set<String> invented = new TreeSet<>(needed);
        invented.removeAll(made);
        made.addAll(invented);
        for (String role : made) {
            if (!role.startsWith(PREDEFINED) && !role.equals(PostgresServer.SUPERUSER)) {
                String with = known
                        ? String.join(" ", attributes.getOrDefault(role, Set.of()))
                        : "superuser"; // an owner of event triggers must be one, and nobody knows
                server.script("CREATE ROLE " + Identifiers.quote(role) + " NOLOGIN " + with);
            }
        }
        for (Membership each : memberships) {
            server.script("GRANT " + Identifiers.quote(each.role()) + " TO " + Identifiers.quote(each.member()));
        }
        return invented.isEmpty()
                ? Findings.NONE
                : Findings.note("The backup has no list that names these roles, so they were made up for the test: "
                        + String.join(", ", invented) + ".");
    }
}
