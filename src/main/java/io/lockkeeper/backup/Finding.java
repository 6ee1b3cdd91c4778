package io.lockkeeper.backup;

import org.jspecify.annotations.Nullable;

/// What a look at a backup has found.
///
/// @param missing what is gone, or changed
/// @param onlyByReading what is missing was found by reading all of it, and a look at sizes would not have
/// @param keyLost why it cannot be opened
/// @param unseen why it could not be looked at: then nothing else is known
record Finding(
        Lying backup,
        boolean deep,
        @Nullable String missing,
        boolean onlyByReading,
        @Nullable String keyLost,
        @Nullable String unseen) {

    static Finding unseen(Lying backup, boolean deep, String why) {
        return new Finding(backup, deep, null, false, null, why);
    }

    BackupCheckResult.Found found() {
        return new BackupCheckResult.Found(backup.id(), missing, keyLost, unseen);
    }
}
