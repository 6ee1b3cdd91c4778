package io.lockkeeper.restore;

import io.lockkeeper.backup.BackupContent;
import io.lockkeeper.backup.BackupSpec;
import io.lockkeeper.backup.BackupView;
import io.lockkeeper.backup.Backups;
import io.lockkeeper.job.JobContext;
import jakarta.inject.Singleton;
import org.jspecify.annotations.Nullable;

/// Restores each backup in the way in which it was made.
@Singleton
class RestoreWays {
    private final Backups backups;
    private final LogicalRestore logical;
    private final PhysicalRestore physical;
    private final ForeignRestore foreign;

    RestoreWays(Backups backups, LogicalRestore logical, PhysicalRestore physical, ForeignRestore foreign) {
        this.backups = backups;
        this.logical = logical;
        this.physical = physical;
        this.foreign = foreign;
    }

    /// Nobody deletes the backup before the job has ended.
    Restoration open(BackupView backup, RestoreTestSpec spec, JobContext job, Phases phases) throws Exception {
        BackupContent content = phases.time("open", true, () -> opened(backup, job));
        return new Restoration(backup, content, spec, job, phases);
    }

    private @Nullable BackupContent opened(BackupView backup, JobContext job) throws InterruptedException {
        if (backup.origin() == null) {
            return backups.read(backup, job.jobId());
        }
        backups.readElsewhere(backup, job.jobId());
        return null;
    }

    Restored restore(Restoration wanted) throws Exception {
        return way(wanted.backup()).restore(wanted);
    }

    private Restoring way(BackupView backup) {
        if (backup.origin() != null) {
            return foreign;
        }
        return backup.method() == BackupSpec.Method.LOGICAL ? logical : physical;
    }
}
