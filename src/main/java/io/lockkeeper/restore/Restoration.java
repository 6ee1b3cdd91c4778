package io.lockkeeper.restore;

import io.lockkeeper.backup.BackupContent;
import io.lockkeeper.backup.BackupView;
import io.lockkeeper.job.JobContext;
import org.jspecify.annotations.Nullable;

/// A backup that is to be restored, and what that needs.
///
/// @param content cannot be deleted by anybody before the job has ended; absent: another tool keeps it
record Restoration(
        BackupView backup, @Nullable BackupContent content, RestoreTestSpec spec, JobContext job, Phases phases) {

    /// Of the server that was backed up.
    int serverMajor() {
        return major(backup.serverVersion());
    }

    int toolMajor() {
        return major(backup.toolVersion());
    }

    /// Of `17.6 (Debian 17.6-1)` or `18beta1`.
    private static int major(String version) {
        int end = 0;
        while (end < version.length() && Character.isDigit(version.charAt(end))) {
            end++;
        }
        return end == 0 ? 0 : Integer.parseInt(version.substring(0, end));
    }
}
