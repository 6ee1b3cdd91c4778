package io.lockkeeper.backup;

import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.lockkeeper.job.PermanentFailure;
import io.lockkeeper.postgres.PgSession;
import io.vertx.sqlclient.Row;
import org.jspecify.annotations.Nullable;

/// The target's cluster as a physical backup finds it, and whether it can be copied at all.
///
/// @param bytes of its tablespaces; absent where the role may not know
record Cluster(@Nullable Long bytes, long walSegmentBytes) {
    private static final int SESSIONS = 2; // one for the files, one for the log
    private static final int SLOTS = 1; // for the log, while it lasts

    /// Roles without `pg_read_all_stats` may ask for the size of a tablespace only where they may create tables.
    private static final String LOOK = """
            SELECT rolreplication OR rolsuper AS may_replicate, current_setting('wal_level') AS wal_level,
                   (SELECT setting::bigint FROM pg_settings WHERE name = 'wal_segment_size') AS wal_segment_bytes,
                   current_setting('max_wal_senders')::int - (SELECT count(*) FROM pg_stat_replication)::int AS senders_left,
                   current_setting('max_replication_slots')::int
                       - (SELECT count(*) FROM pg_replication_slots)::int AS slots_left,
                   CASE WHEN pg_has_role('pg_read_all_stats', 'USAGE') OR rolsuper
                        THEN (SELECT sum(pg_tablespace_size(oid))::bigint FROM pg_tablespace) END AS bytes
            FROM pg_roles WHERE rolname = current_user""";

    static Cluster look(String target, PgSession session) throws InterruptedException {
        Row found = session.one(LOOK);
        String role = session.server().username();
        if (!found.getBoolean("may_replicate")) {
            throw never(
                    "privilege-missing",
                    "The role " + role + " on target " + target + " may not copy the cluster: ALTER ROLE " + role
                            + " REPLICATION lets it.");
        }
        if (found.getString("wal_level").equals("minimal")) {
            throw never(
                    "replication-off",
                    "The server of target " + target + " has wal_level=minimal, with which it cannot be copied while it"
                            + " runs: set it to replica and restart the server.");
        }
        demandPlaces(target, "max_wal_senders", found.getInteger("senders_left"), SESSIONS);
        demandPlaces(target, "max_replication_slots", found.getInteger("slots_left"), SLOTS);
        return new Cluster(found.getLong("bytes"), found.getLong("wal_segment_bytes"));
    }

    private static void demandPlaces(String target, String setting, int left, int wanted) {
        if (left < wanted) {
            throw new Refused(Problem.of(
                    502,
                    "target-full",
                    "Target has no connection left",
                    "A physical backup takes " + wanted + " of the places that " + setting + " gives, and the server of"
                            + " target " + target + " has " + Math.max(0, left) + " left."));
        }
    }

    private static PermanentFailure never(String code, String detail) {
        return new PermanentFailure(Problem.unprocessable(code, detail));
    }
}
