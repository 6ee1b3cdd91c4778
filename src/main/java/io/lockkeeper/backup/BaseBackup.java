package io.lockkeeper.backup;

import io.lockkeeper.postgres.Lsn;
import java.time.Instant;

/// A physical backup, as a beginning for recovery: consistent from `end` on, which it reaches with the log
/// that is in it.
public record BaseBackup(long id, String systemIdentifier, int timeline, Lsn start, Lsn end, Instant at) {}
