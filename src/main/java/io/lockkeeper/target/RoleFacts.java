package io.lockkeeper.target;

import java.util.List;

/// What the role that Lockkeeper uses on a target is and may do there.
///
/// @param memberOf the predefined roles (`pg_monitor`, `pg_read_all_data`, ...) whose privileges it has
public record RoleFacts(
        String name,
        boolean superuser,
        boolean createDatabase,
        boolean createRole,
        boolean replication,
        boolean bypassRowSecurity,
        int connectionLimit,
        boolean ownsDatabase,
        boolean mayConnect,
        boolean mayCreateInPublic,
        List<String> memberOf) {

    public boolean is(String predefinedRole) {
        return superuser || memberOf.contains(predefinedRole);
    }
}
