package io.lockkeeper.timeout;

import io.lockkeeper.postgres.PgSession;
import io.vertx.sqlclient.Row;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// The sessions that a change of settings has not reached.
///
/// @param hidden how many there are whose age Lockkeeper's role may not see
record OldSessions(List<OldSession> found, long hidden) {
    private static final String SESSIONS = """
            SELECT pid, backend_start, usename::text AS role, datname::text AS database, application_name, state
            FROM pg_stat_activity
            WHERE usename IS NOT NULL AND coalesce(backend_type, 'client backend') = 'client backend'
              AND NOT (usename = current_user AND application_name LIKE 'lockkeeper%')
            ORDER BY backend_start""";

    static OldSessions find(PgSession session, List<StoredPolicy> applied) throws InterruptedException {
        Map<Place, Instant> changes = changes(applied);
        List<OldSession> found = new ArrayList<>();
        long hidden = 0;
        for (Row row : changes.isEmpty() ? List.<Row>of() : session.query(SESSIONS)) {
            OffsetDateTime start = row.getOffsetDateTime("backend_start");
            if (start == null) {
                hidden++;
            } else {
                old(row, start.toInstant(), changes).ifPresent(found::add);
            }
        }
        return new OldSessions(found, hidden);
    }

    /// When each place was changed last, by a policy or its undoing. The server's own settings reach open
    /// sessions.
    private static Map<Place, Instant> changes(List<StoredPolicy> applied) {
        Map<Place, Instant> changes = new HashMap<>();
        for (StoredPolicy policy : applied) {
            for (Place place : policy.places()) {
                if (!place.ofServer() && !policy.touched(place).isEmpty()) {
                    Stream.of(policy.appliedAt(), policy.undoneAt())
                            .filter(java.util.Objects::nonNull)
                            .forEach(at -> changes.merge(place, at, OldSessions::later));
                }
            }
        }
        return changes;
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    private static Optional<OldSession> old(Row row, Instant start, Map<Place, Instant> changes) {
        String role = row.getString("role");
        String database = row.getString("database");
        return changes.entrySet().stream()
                .filter(change -> change.getKey().reaches(database, role))
                .map(Map.Entry::getValue)
                .reduce(OldSessions::later)
                .filter(start::isBefore)
                .map(changedAt -> new OldSession(
                        row.getInteger("pid"),
                        start,
                        role,
                        database,
                        row.getString("application_name"),
                        row.getString("state"),
                        changedAt));
    }
}
