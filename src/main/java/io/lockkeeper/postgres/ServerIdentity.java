package io.lockkeeper.postgres;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Which running server this is, by its own word: two sessions with the same answer are on the very same one, whatever
/// names, ports and poolers led there. Standbys and physical copies share the system identifier, and were started at
/// another microsecond.
///
/// @param system the system identifier; null: the role may not read it
public record ServerIdentity(@Nullable String system, Instant started) {
    private static final String STARTED = """
            SELECT pg_postmaster_start_time() AS started,
                   has_function_privilege('pg_control_system()', 'EXECUTE') AS may_see""";
    private static final String SYSTEM = "SELECT system_identifier::text AS system FROM pg_control_system()";

    public static ServerIdentity of(PgSession session) throws InterruptedException {
        var told = session.one(STARTED);
        String system = told.getBoolean("may_see") ? session.one(SYSTEM).getString("system") : null;
        return new ServerIdentity(system, told.getOffsetDateTime("started").toInstant());
    }

    /// Where one of the two roles may not see the system identifier, the start alone decides.
    public boolean isSameAs(ServerIdentity other) {
        return started.equals(other.started) && (system == null || other.system == null || system.equals(other.system));
    }
}
