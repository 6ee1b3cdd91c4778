package io.lockkeeper.sql;

import java.util.Arrays;
import java.util.Optional;

/// The modes of locks on tables, the weakest first.
public enum LockMode {
    NONE("", 0),
    ACCESS_SHARE("AccessShareLock", 1 << 8),
    ROW_SHARE("RowShareLock", 1 << 7 | 1 << 8),
    ROW_EXCLUSIVE("RowExclusiveLock", 1 << 5 | 1 << 6 | 1 << 7 | 1 << 8),
    SHARE_UPDATE_EXCLUSIVE("ShareUpdateExclusiveLock", 1 << 4 | 1 << 5 | 1 << 6 | 1 << 7 | 1 << 8),
    SHARE("ShareLock", 1 << 3 | 1 << 4 | 1 << 6 | 1 << 7 | 1 << 8),
    SHARE_ROW_EXCLUSIVE("ShareRowExclusiveLock", 1 << 3 | 1 << 4 | 1 << 5 | 1 << 6 | 1 << 7 | 1 << 8),
    EXCLUSIVE("ExclusiveLock", 1 << 2 | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 6 | 1 << 7 | 1 << 8),
    ACCESS_EXCLUSIVE("AccessExclusiveLock", 0x1FE);

    private final String serverName;
    private final int conflicts;

    LockMode(String serverName, int conflicts) {
        this.serverName = serverName;
        this.conflicts = conflicts;
    }

    /// As in `pg_locks.mode`.
    public String serverName() {
        return serverName;
    }

    public static Optional<LockMode> of(String serverName) {
        return Arrays.stream(values())
                .filter(each -> each != NONE && each.serverName.equals(serverName))
                .findFirst();
    }

    public boolean conflictsWith(LockMode other) {
        return (conflicts & 1 << other.ordinal()) != 0;
    }

    /// Whether `SELECT` waits for it.
    public boolean blocksReads() {
        return conflictsWith(ACCESS_SHARE);
    }

    /// Whether `INSERT`, `UPDATE` and `DELETE` wait for it.
    public boolean blocksWrites() {
        return conflictsWith(ROW_EXCLUSIVE);
    }

    public boolean isStrongerThan(LockMode other) {
        return ordinal() > other.ordinal();
    }

    static LockMode stronger(LockMode one, LockMode other) {
        return one.isStrongerThan(other) ? one : other;
    }
}
