package io.lockkeeper.timeout;

import io.lockkeeper.postgres.PgSession;
import io.vertx.sqlclient.Row;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// Who and what there is on a server, and what our own role may do to all of it.
///
/// @param pooled roles whose sessions look like those of a pool
record Cluster(
        String self,
        String here,
        boolean mayAlterSystem,
        boolean maySignal,
        Map<String, RoleSeen> roles,
        Set<String> databases,
        Set<String> pooled) {

    record RoleSeen(boolean login, boolean replication) {}

    private static final String SELF = """
            SELECT current_user::text AS self, current_database()::text AS here, r.rolsuper,
                   coalesce(current_setting('allow_alter_system', true), 'on')::boolean
                       AND has_function_privilege('pg_reload_conf()', 'EXECUTE') AS may_reload,
                   pg_has_role('pg_signal_backend', 'USAGE') AS may_signal
            FROM pg_roles r WHERE r.rolname = current_user""";

    private static final String ROLES =
            "SELECT rolname::text AS name, rolcanlogin AS login, rolreplication AS replication FROM pg_roles";

    private static final String DATABASES = "SELECT datname::text AS name FROM pg_database";

    private static final String SESSIONS = """
            SELECT usename::text AS role, application_name, count(*) AS sessions FROM pg_stat_activity
            WHERE usename IS NOT NULL AND pid <> pg_backend_pid() GROUP BY usename, application_name, client_addr""";

    private static final String MAY_ALTER_SYSTEM =
            "SELECT has_parameter_privilege(name, 'ALTER SYSTEM') AS may FROM unnest($1::text[]) AS name";

    private static final Pattern POOLS =
            Pattern.compile("bouncer|odyssey|pgcat|pgpool|supavisor|hikari|jdbc", Pattern.CASE_INSENSITIVE);
    private static final int AS_MANY_AS_A_POOL = 3;

    /// @param systemSettings those that ALTER SYSTEM shall set
    static Cluster read(PgSession session, Set<String> systemSettings) throws InterruptedException {
        Row self = session.one(SELF);
        Map<String, RoleSeen> roles = new TreeMap<>();
        for (Row row : session.query(ROLES)) {
            roles.put(row.getString("name"), new RoleSeen(row.getBoolean("login"), row.getBoolean("replication")));
        }
        Set<String> databases = new HashSet<>();
        session.query(DATABASES).forEach(row -> databases.add(row.getString("name")));
        boolean mayAlter = self.getBoolean("rolsuper") || mayAlterSystem(session, systemSettings);
        return new Cluster(
                self.getString("self"),
                self.getString("here"),
                mayAlter && self.getBoolean("may_reload"),
                self.getBoolean("rolsuper") || self.getBoolean("may_signal"),
                roles,
                databases,
                pooled(session));
    }

    /// PostgreSQL 14 cannot grant it.
    private static boolean mayAlterSystem(PgSession session, Set<String> settings) throws InterruptedException {
        if (settings.isEmpty() || session.serverMajor() < 15) {
            return false;
        }
        String[] names = settings.toArray(String[]::new);
        return session.query(MAY_ALTER_SYSTEM, (Object) names).stream().allMatch(row -> row.getBoolean("may"));
    }

    private static Set<String> pooled(PgSession session) throws InterruptedException {
        Set<String> pooled = new HashSet<>();
        for (Row row : session.query(SESSIONS)) {
            String application = row.getString("application_name");
            boolean named = application != null && POOLS.matcher(application).find();
            if (named || row.getLong("sessions") >= AS_MANY_AS_A_POOL) {
                pooled.add(row.getString("role"));
            }
        }
        return pooled;
    }

    boolean has(Place place) {
        return (place.database() == null || databases.contains(place.database()))
                && (place.role() == null || roles.containsKey(place.role()));
    }
}
