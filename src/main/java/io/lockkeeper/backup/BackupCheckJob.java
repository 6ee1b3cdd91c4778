package io.lockkeeper.backup;

import io.lockkeeper.http.Problem;
import io.lockkeeper.job.JobContext;
import io.lockkeeper.job.JobKind;
import io.lockkeeper.job.Limits;
import io.lockkeeper.job.Limits.TargetUse;
import io.lockkeeper.job.Limits.WhenLost;
import io.lockkeeper.job.PermanentFailure;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/// Looks at a target's backups in their depots. They are looked at once a day in any case, by
/// [BackupWatch]; this is for those who want to know now, or want every byte read.
@Singleton
public class BackupCheckJob implements JobKind<BackupCheckSpec, BackupCheckResult> {
    static final String NAME = "backup-check";

    private final BackupCheck check;
    private final CheckStore store;
    private final BackupReads reads;
    private final BackupGauges gauges;

    BackupCheckJob(BackupCheck check, CheckStore store, BackupReads reads, BackupGauges gauges) {
        this.check = check;
        this.store = store;
        this.reads = reads;
        this.gauges = gauges;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String describes() {
        return "Looks whether backups lie in their depots as they were brought there, and whether their keys are there";
    }

    @Override
    public Class<BackupCheckSpec> specType() {
        return BackupCheckSpec.class;
    }

    @Override
    public Limits limits() {
        return new Limits(TargetUse.NAMED, 3, Duration.ofSeconds(30), Duration.ofDays(3), WhenLost.RESTART);
    }

    @Override
    public BackupCheckResult run(BackupCheckSpec spec, JobContext job) throws Exception {
        List<Lying> all = wanted(spec, job);
        AtomicLong read = new AtomicLong();
        List<BackupCheckResult.Found> found = job.step("look", () -> look(all, spec.deep(), read, job));
        gauges.refresh();
        List<BackupCheckResult.Found> findings =
                found.stream().filter(each -> !each.sound()).toList();
        return new BackupCheckResult(
                found.size(),
                found.size() - findings.size(),
                read.get(),
                findings.stream().limit(BackupCheckResult.MOST).toList());
    }

    private List<Lying> wanted(BackupCheckSpec spec, JobContext job) throws InterruptedException {
        if (spec.backup() == null) {
            return store.ofTarget(job.target());
        }
        return List.of(store.one(job.target(), spec.backup())
                .orElseThrow(() ->
                        new PermanentFailure(Problem.notFound("backup " + spec.backup() + " of " + job.target()))));
    }

    private List<BackupCheckResult.Found> look(List<Lying> all, boolean deep, AtomicLong read, JobContext job)
            throws InterruptedException {
        long bytes = Math.max(1, all.stream().mapToLong(Lying::bytes).sum());
        List<BackupCheckResult.Found> found = new ArrayList<>();
        for (Lying each : all) {
            String what = "backup " + each.id();
            if (deep) {
                reads.begin(each.id(), job.jobId());
                found.add(check.deep(each, more -> job.progress(percent(read.addAndGet(more), bytes), what))
                        .found());
                reads.end(each.id(), job.jobId());
            } else {
                job.progress(percent(found.size(), all.size()), what);
                found.add(check.shallow(each).found());
            }
        }
        return found;
    }

    private static int percent(long done, long all) {
        return (int) Math.min(100, 100 * done / all);
    }
}
