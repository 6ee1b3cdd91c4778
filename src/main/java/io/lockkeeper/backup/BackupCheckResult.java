package io.lockkeeper.backup;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a look at backups has found. A check that found something wrong has done its work: look at `sound` and
/// `findings`, not at the job's state alone.
///
/// @param looked at how many
/// @param sound how many are what they were, with their key there
/// @param bytesRead by a deep check
/// @param findings of those that are not sound, at most 1000 of them
public record BackupCheckResult(int looked, int sound, long bytesRead, List<Found> findings) {
    static final int MOST = 1000;

    /// @param missing what is gone, or changed
    /// @param keyLost why it could not be opened
    /// @param unseen why it could not be looked at: nothing is known then
    public record Found(
            long backup,
            @Nullable String missing,
            @Nullable String keyLost,
            @Nullable String unseen) {

        boolean sound() {
            return missing == null && keyLost == null && unseen == null;
        }
    }
}
