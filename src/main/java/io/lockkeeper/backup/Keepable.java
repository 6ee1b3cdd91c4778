package io.lockkeeper.backup;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What decides about how long a backup stays.
///
/// @param targetId null: its target was forgotten
/// @param takenAt the state of the data that it holds; never later than its completion by our own clock
/// @param apart why it must not stand for others: missing, broken, key lost
/// @param readers jobs that read it now
record Keepable(
        long id,
        @Nullable Long targetId,
        BackupSpec.Method method,
        Instant takenAt,
        long bytes,
        BackupView.Verdict verdict,
        @Nullable String apart,
        @Nullable Instant expiresAt,
        @Nullable String hold,
        List<Long> readers) {

    Keepable {
        readers = List.copyOf(readers);
    }

    boolean proven() {
        return verdict == BackupView.Verdict.PROVEN;
    }
}
