package io.lockkeeper.backup;

import io.lockkeeper.http.Refused;
import io.lockkeeper.job.JobContext;
import io.lockkeeper.job.JobKind;
import io.lockkeeper.job.Limits;
import io.lockkeeper.job.Limits.TargetUse;
import io.lockkeeper.job.Limits.WhenLost;
import io.lockkeeper.job.PermanentFailure;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Optional;

/// Deletes one backup that somebody has named.
@Singleton
public class BackupDeleteJob implements JobKind<BackupDeleteSpec, BackupDeleteResult> {
    static final String NAME = "backup-delete";

    private final BackupDeletion deletion;

    BackupDeleteJob(BackupDeletion deletion) {
        this.deletion = deletion;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String describes() {
        return "Deletes one backup, and its files from the depot";
    }

    @Override
    public Class<BackupDeleteSpec> specType() {
        return BackupDeleteSpec.class;
    }

    @Override
    public Limits limits() {
        return new Limits(TargetUse.NAMED, 5, Duration.ofSeconds(5), Duration.ofHours(1), WhenLost.RESUME);
    }

    @Override
    public BackupDeleteResult run(BackupDeleteSpec spec, JobContext job) throws Exception {
        long bytes = job.step("delete", () -> delete(spec, job));
        boolean swept = job.step("sweep", () -> deletion.sweep(spec.backup()));
        return new BackupDeleteResult(spec.backup(), bytes, swept);
    }

    private long delete(BackupDeleteSpec spec, JobContext job) throws InterruptedException {
        Optional<BackupPruneResult.Decided> done = job.attempt() == 1
                ? Optional.empty()
                : deletion.doneBy(job.jobId(), job.target()).stream().findFirst();
        if (done.isPresent()) { // an earlier attempt got through without living to tell
            return done.get().bytes();
        }
        try {
            return deletion.delete(job.target(), spec.backup(), spec.force(), job.jobId())
                    .bytes();
        } catch (Refused refused) {
            if (refused.problem().status() == 503) {
                throw refused;
            }
            throw new PermanentFailure(refused.problem());
        }
    }
}
