package io.lockkeeper.wal;

import io.lockkeeper.postgres.Lsn;
import io.lockkeeper.postgres.PgSession;
import io.vertx.sqlclient.Row;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/// Where a server's write-ahead log is at this moment, and what our slot holds of it.
///
/// @param at all that was committed before is in the log up to `end`, with or without `synchronous_commit`;
/// of a standby, by the clock of its primary
/// @param slotHolds from here on the server keeps its log for us; absent: there is no slot, or it holds
/// nothing
/// @param slotStatus `reserved`, `extended`, `unreserved` or `lost`; absent: there is no slot
record LogState(
        @Nullable Instant at,
        boolean standby,
        Lsn end,
        String systemIdentifier,
        int timeline,
        long segmentBytes,
        @Nullable Lsn slotHolds,
        @Nullable String slotStatus) {
    private static final int LONG_PAGE_HEADER = 40;
    private static final String LOOK = """
            SELECT CASE WHEN r.standby THEN pg_last_xact_replay_timestamp() ELSE clock_timestamp() END AS at, r.standby,
                   (CASE WHEN r.standby THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_insert_lsn() END)::text AS lsn,
                   (SELECT system_identifier::text FROM pg_control_system()) AS system_identifier,
                   (SELECT timeline_id FROM pg_control_checkpoint()) AS timeline,
                   (SELECT setting::bigint FROM pg_settings WHERE name = 'wal_segment_size') AS segment_bytes,
                   s.restart_lsn::text AS slot_lsn, s.wal_status AS slot_status
            FROM (SELECT pg_is_in_recovery() AS standby) AS r
            LEFT JOIN pg_replication_slots AS s ON s.slot_name = $1""";

    static LogState look(PgSession session, String slot) throws InterruptedException {
        Row row = session.one(LOOK, slot);
        OffsetDateTime at = row.getOffsetDateTime("at");
        String holds = row.getString("slot_lsn");
        return new LogState(
                at == null ? null : at.toInstant(),
                row.getBoolean("standby"),
                withoutPageHeader(Lsn.parse(row.getString("lsn")), row.getLong("segment_bytes")),
                row.getString("system_identifier"),
                row.getInteger("timeline"),
                row.getLong("segment_bytes"),
                holds == null ? null : Lsn.parse(holds),
                row.getString("slot_status"));
    }

    /// Where nothing was written to a segment yet, the position is behind the header of its first page.
    static Lsn withoutPageHeader(Lsn position, long segmentBytes) {
        long within = Long.remainderUnsigned(position.position(), segmentBytes);
        return within <= LONG_PAGE_HEADER ? new Lsn(position.position() - within) : position;
    }

    /// The server has thrown away log that we had not archived, because of `max_slot_wal_keep_size`.
    boolean slotIsLost() {
        return slotStatus != null && (slotStatus.equals("lost") || slotHolds == null);
    }
}
