package io.lockkeeper.migration;

import java.util.List;

/// What a statement did to others.
///
/// @param kind            such as `ALTER TABLE ... ADD COLUMN`
/// @param tries           of its transaction, this one included
/// @param waitedMs        that it stood in queues for locks, as far as the watcher saw
/// @param ranMs           that it took, waiting included
/// @param heldMs          from when it had its locks to the end of the transaction
/// @param locks           in which modes, on what
/// @param blockedSessions most that waited behind the migration at once, in this try
/// @param blockedMs       the longest that one of them had to
/// @param blocked         who they were
record StatementReport(
        String kind,
        int tries,
        long waitedMs,
        long ranMs,
        long heldMs,
        List<Taken> locks,
        int blockedSessions,
        long blockedMs,
        List<String> blocked) {

    /// @param mode as in `pg_locks`
    record Taken(String relation, String mode) {}

    StatementReport {
        locks = List.copyOf(locks);
        blocked = List.copyOf(blocked);
    }
}
