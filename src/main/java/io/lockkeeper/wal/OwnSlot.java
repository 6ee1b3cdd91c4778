package io.lockkeeper.wal;

import io.lockkeeper.postgres.Lsn;
import io.lockkeeper.postgres.PgSession;

/// A replication slot that nobody streams from. It moves only once a segment lies in the depot, so that the
/// server keeps everything else, whatever becomes of whoever receives it.
record OwnSlot(String name, PgSession session) {
    private static final String MAKE = "SELECT pg_create_physical_replication_slot($1::text::name, true)";
    private static final String ADVANCE = """
            SELECT pg_replication_slot_advance(slot_name, $2::text::pg_lsn) FROM pg_replication_slots
            WHERE slot_name = $1 AND restart_lsn < $2::text::pg_lsn""";
    private static final String DROP =
            "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1";

    void make() throws InterruptedException {
        session.query(MAKE, name);
    }

    /// Never back.
    void advance(Lsn to) throws InterruptedException {
        session.query(ADVANCE, name, to.toString());
    }

    void drop() throws InterruptedException {
        session.query(DROP, name);
    }
}
