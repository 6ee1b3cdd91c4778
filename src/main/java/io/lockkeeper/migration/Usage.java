package io.lockkeeper.migration;

import io.lockkeeper.postgres.PgSession;
import io.vertx.sqlclient.Row;

/// What a server has written to its log, and what a database takes of the disk: at a moment, or between two.
record Usage(long walBytes, long diskBytes) {
    private static final String NOW = """
            SELECT (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint AS wal,
                   pg_database_size(current_database()) AS disk""";

    static Usage at(PgSession observer) throws InterruptedException {
        Row row = observer.rows(NOW).getFirst();
        return new Usage(row.getLong("wal"), row.getLong("disk"));
    }

    Usage since(Usage earlier) {
        return new Usage(walBytes - earlier.walBytes, diskBytes - earlier.diskBytes);
    }
}
