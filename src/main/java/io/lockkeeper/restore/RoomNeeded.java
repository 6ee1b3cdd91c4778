package io.lockkeeper.restore;

import io.lockkeeper.backup.BackupView;
import io.lockkeeper.postgres.Lsn;
import io.lockkeeper.wal.RecoveryPlan;
import java.util.Optional;

/// How much of the disk a restore will take. An estimate, and rather too much: a disk that is full hurts others too.
final class RoomNeeded {
    private static final long EMPTY_SERVER = 128L << 20;
    private static final long SEGMENT = 16L << 20;

    private RoomNeeded() {}

    /// The dump itself, its rows with what PostgreSQL keeps with each, and their indexes.
    static long forDump(BackupView backup) {
        return EMPTY_SERVER + backup.rawBytes() * 7 / 2;
    }

    /// The files, and the log: once as it was fetched, once as it is replayed.
    static long forCluster(BackupView backup, Optional<RecoveryPlan> plan) {
        long log = plan.map(each -> each.log().size() * SEGMENT).orElse(0L);
        return EMPTY_SERVER + backup.rawBytes() * 23 / 20 + 2 * log;
    }

    /// The same, with the log that was written while the backup was taken.
    static long forForeign(BackupView backup) {
        boolean told = backup.walStart() != null && backup.walLsn() != null;
        long log =
                told ? Lsn.parse(backup.walLsn()).bytesAfter(Lsn.parse(backup.walStart())) + 2 * SEGMENT : 2 * SEGMENT;
        return EMPTY_SERVER + backup.rawBytes() * 23 / 20 + 2 * log;
    }
}
