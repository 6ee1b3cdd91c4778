package io.lockkeeper.timeout;

import io.lockkeeper.postgres.PgSession;
import io.vertx.sqlclient.Row;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Who and what there is on a server, and what our own role may do to all of it.
///
/// @param shut databases that accept no connections
/// @param keptOut for some databases, the roles that may not connect to them
record Cluster(
        String self,
        String here,
        boolean mayAlterSystem,
        boolean maySignal,
        Map<String, RoleSeen> roles,
        Set<String> databases,
        Set<String> shut,
        Map<String, Set<String>> keptOut,
        RoleUse use) {

    record RoleSeen(boolean login, boolean superuser, boolean replication) {}

    private static final String SELF = """
            SELECT current_user::text AS self, current_database()::text AS here, r.rolsuper,
                   coalesce(current_setting('allow_alter_system', true), 'on')::boolean
                       AND has_function_privilege('pg_reload_conf()', 'EXECUTE') AS may_reload,
                   pg_has_role('pg_signal_backend', 'USAGE') AS may_signal
            FROM pg_roles r WHERE r.rolname = current_user""";

    private static final String ROLES = """
            SELECT rolname::text AS name, rolcanlogin AS login, rolsuper AS superuser, rolreplication AS replication
            FROM pg_roles""";

    private static final String DATABASES = "SELECT datname::text AS name, datallowconn AS open FROM pg_database";

    private static final String KEPT_OUT = """
            SELECT d.datname::text AS database, r.rolname::text AS role FROM pg_database d CROSS JOIN pg_roles r
            WHERE d.datname = ANY ($1) AND r.rolcanlogin AND NOT has_database_privilege(r.oid, d.oid, 'CONNECT')""";

    private static final String MAY_ALTER_SYSTEM =
            "SELECT has_parameter_privilege(name, 'ALTER SYSTEM') AS may FROM unnest($1::text[]) AS name";

    /// @param systemSettings those that ALTER SYSTEM shall set
    /// @param into databases for which to find out who may connect
    static Cluster read(PgSession session, Set<String> systemSettings, Set<String> into) throws InterruptedException {
        Row self = session.one(SELF);
        Map<String, RoleSeen> roles = new TreeMap<>();
        for (Row row : session.query(ROLES)) {
            roles.put(
                    row.getString("name"),
                    new RoleSeen(row.getBoolean("login"), row.getBoolean("superuser"), row.getBoolean("replication")));
        }
        Set<String> databases = new HashSet<>();
        Set<String> shut = new HashSet<>();
        for (Row row : session.query(DATABASES)) {
            databases.add(row.getString("name"));
            if (!row.getBoolean("open")) {
                shut.add(row.getString("name"));
            }
        }
        boolean mayAlter = self.getBoolean("rolsuper") || mayAlterSystem(session, systemSettings);
        return new Cluster(
                self.getString("self"),
                self.getString("here"),
                mayAlter && self.getBoolean("may_reload"),
                self.getBoolean("rolsuper") || self.getBoolean("may_signal"),
                roles,
                databases,
                shut,
                keptOut(session, into),
                RoleUse.read(session));
    }

    private static Map<String, Set<String>> keptOut(PgSession session, Set<String> databases)
            throws InterruptedException {
        Map<String, Set<String>> keptOut = new TreeMap<>();
        for (Row row : session.query(KEPT_OUT, (Object) databases.toArray(String[]::new))) {
            keptOut.computeIfAbsent(row.getString("database"), _ -> new HashSet<>())
                    .add(row.getString("role"));
        }
        return keptOut;
    }

    /// PostgreSQL 14 cannot grant it.
    private static boolean mayAlterSystem(PgSession session, Set<String> settings) throws InterruptedException {
        if (settings.isEmpty() || session.serverMajor() < 15) {
            return false;
        }
        String[] names = settings.toArray(String[]::new);
        return session.query(MAY_ALTER_SYSTEM, (Object) names).stream().allMatch(row -> row.getBoolean("may"));
    }

    /// Whether the role may log in there at all; without a database: anywhere.
    boolean letsIn(String role, @Nullable String database) {
        RoleSeen seen = roles.get(role);
        boolean out = database != null
                && (shut.contains(database)
                        || keptOut.getOrDefault(database, Set.of()).contains(role));
        return seen != null && seen.login() && !out;
    }

    boolean has(Place place) {
        return (place.database() == null || databases.contains(place.database()))
                && (place.role() == null || roles.containsKey(place.role()));
    }
}
