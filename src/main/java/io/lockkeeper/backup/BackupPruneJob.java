package io.lockkeeper.backup;

import io.lockkeeper.job.JobContext;
import io.lockkeeper.job.JobKind;
import io.lockkeeper.job.Limits;
import io.lockkeeper.job.Limits.TargetUse;
import io.lockkeeper.job.Limits.WhenLost;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// Deletes the backups of a target that no rule keeps. All is decided and done in one transaction: who holds a backup
/// has done so before it, and was heard, or comes too late.
@Singleton
public class BackupPruneJob implements JobKind<BackupPruneSpec, BackupPruneResult> {
    static final String NAME = "backup-prune";

    private final BackupDeletion deletion;

    BackupPruneJob(BackupDeletion deletion) {
        this.deletion = deletion;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String describes() {
        return "Tells which backups no rule keeps, and deletes them if asked to";
    }

    @Override
    public Class<BackupPruneSpec> specType() {
        return BackupPruneSpec.class;
    }

    @Override
    public String protectedAs() {
        return BackupDeleteJob.NAME;
    }

    @Override
    public Limits limits() {
        return new Limits(TargetUse.NAMED, 5, Duration.ofSeconds(5), Duration.ofHours(6), WhenLost.RESUME);
    }

    @Override
    public BackupPruneResult run(BackupPruneSpec spec, JobContext job) throws Exception {
        Keeping keeping = new Keeping(spec.rules(), spec.timeZone().zone(), Instant.now());
        if (!spec.applies()) {
            List<Keeping.Fate> fates = job.step("decide", () -> keeping.fates(deletion.keepable(job.target())));
            return BackupPruneResult.of(
                    spec.mode(),
                    fates.stream().map(BackupPruneResult.Decided::of).toList(),
                    0);
        }
        List<BackupPruneResult.Decided> all = new ArrayList<>(job.step("delete", () -> delete(keeping, job)));
        int unswept = job.step("sweep", () -> sweep(all, job));
        return BackupPruneResult.of(spec.mode(), all, unswept);
    }

    /// With what an earlier attempt deleted that did not live to tell.
    private List<BackupPruneResult.Decided> delete(Keeping keeping, JobContext job) throws InterruptedException {
        List<BackupPruneResult.Decided> all = new ArrayList<>();
        deletion.prune(job.target(), keeping, job.jobId()).forEach(fate -> all.add(BackupPruneResult.Decided.of(fate)));
        if (job.attempt() > 1) {
            deletion.doneBy(job.jobId(), job.target()).stream()
                    .filter(earlier -> all.stream().noneMatch(now -> now.backup() == earlier.backup()))
                    .forEach(all::add);
        }
        return all;
    }

    private int sweep(List<BackupPruneResult.Decided> all, JobContext job) throws InterruptedException {
        List<BackupPruneResult.Decided> going =
                all.stream().filter(BackupPruneResult.Decided::goes).toList();
        int unswept = 0;
        for (int i = 0; i < going.size(); i++) {
            job.progress(
                    100 * i / going.size(), "removing backup " + going.get(i).backup());
            unswept += deletion.sweep(going.get(i).backup()) ? 0 : 1;
        }
        return unswept;
    }
}
