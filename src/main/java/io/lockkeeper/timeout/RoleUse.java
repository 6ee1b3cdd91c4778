package io.lockkeeper.timeout;

import io.lockkeeper.postgres.PgSession;
import io.vertx.sqlclient.Row;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;

/// What roles are used for, as far as their sessions of the moment show it.
///
/// @param pooled their sessions look like those of a pool
/// @param maintaining they run migrations or backups
/// @param copying they feed standbys or subscribers
record RoleUse(Set<String> pooled, Set<String> maintaining, Set<String> copying) {
    private static final String SESSIONS = """
            SELECT usename::text AS role, application_name, coalesce(backend_type, '') = 'walsender' AS copies,
                   count(*) AS sessions
            FROM pg_stat_activity
            WHERE usename IS NOT NULL AND pid <> pg_backend_pid() AND application_name NOT LIKE 'lockkeeper%'
            GROUP BY usename, application_name, copies, client_addr""";

    private static final Pattern POOLS =
            Pattern.compile("bouncer|odyssey|pgcat|pgpool|supavisor|hikari|jdbc", Pattern.CASE_INSENSITIVE);
    private static final Pattern MAINTENANCE = Pattern.compile(
            "migrat|backup|pg_?dump|pg_restore|flyway|liquibase|alembic|pgbackrest|barman", Pattern.CASE_INSENSITIVE);
    private static final int AS_MANY_AS_A_POOL = 3;

    static RoleUse read(PgSession session) throws InterruptedException {
        RoleUse use = new RoleUse(new HashSet<>(), new HashSet<>(), new HashSet<>());
        for (Row row : session.query(SESSIONS)) {
            String application = row.getString("application_name") == null ? "" : row.getString("application_name");
            if (POOLS.matcher(application).find() || row.getLong("sessions") >= AS_MANY_AS_A_POOL) {
                use.pooled().add(row.getString("role"));
            }
            if (soundsLikeMaintenance(application)) {
                use.maintaining().add(row.getString("role"));
            }
            if (row.getBoolean("copies")) {
                use.copying().add(row.getString("role"));
            }
        }
        return use;
    }

    /// Names of roles, and of the programs that they run.
    static boolean soundsLikeMaintenance(String name) {
        return MAINTENANCE.matcher(name).find();
    }
}
