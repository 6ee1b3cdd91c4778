package io.lockkeeper.wal;

import io.lockkeeper.backup.BaseBackup;
import io.lockkeeper.backup.BaseBackups;
import io.lockkeeper.job.JobContext;
import io.lockkeeper.job.JobKind;
import io.lockkeeper.job.Limits;
import io.lockkeeper.job.Limits.TargetUse;
import io.lockkeeper.job.Limits.WhenLost;
import io.lockkeeper.wal.WalPruningStore.Cluster;
import io.lockkeeper.wal.WalPruningStore.Span;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Deletes archived log that no kept physical backup needs: what lies before all of them. A killed one is gone on with.
@Singleton
public class WalPruneJob implements JobKind<WalPruneSpec, WalPruneResult> {
    static final String NAME = "wal-prune";
    private static final int AT_A_TIME = 500;

    private final WalPruningStore pruning;
    private final WalLeftovers leftovers;
    private final BaseBackups backups;

    WalPruneJob(WalPruningStore pruning, WalLeftovers leftovers, BaseBackups backups) {
        this.pruning = pruning;
        this.leftovers = leftovers;
        this.backups = backups;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String describes() {
        return "Tells which archived log no kept physical backup needs, and deletes it if asked to";
    }

    @Override
    public Class<WalPruneSpec> specType() {
        return WalPruneSpec.class;
    }

    @Override
    public String protectedAs() {
        return "backup-delete";
    }

    @Override
    public String exclusivityKey(WalPruneSpec spec) {
        return NAME;
    }

    @Override
    public Limits limits() {
        return new Limits(TargetUse.NAMED, 5, Duration.ofSeconds(5), Duration.ofHours(6), WhenLost.RESUME);
    }

    @Override
    public WalPruneResult run(WalPruneSpec spec, JobContext job) throws Exception {
        List<WalPruneResult.OfCluster> clusters = job.step(spec.applies() ? "delete" : "decide", () -> each(spec, job));
        long unswept = spec.applies() ? job.step("sweep", () -> sweep(job.target())) : 0;
        return new WalPruneResult(
                spec.mode(),
                clusters.stream().mapToLong(WalPruneResult.OfCluster::gone).sum(),
                clusters.stream().mapToLong(WalPruneResult.OfCluster::bytes).sum(),
                unswept,
                clusters);
    }

    private List<WalPruneResult.OfCluster> each(WalPruneSpec spec, JobContext job) throws InterruptedException {
        List<WalPruneResult.OfCluster> all = new ArrayList<>();
        for (Cluster cluster : pruning.clusters(job.target())) {
            Needed needed = needed(job.target(), cluster);
            if (spec.applies()) {
                delete(job, cluster, needed.from());
            }
            Span span = spec.applies()
                    ? pruning.doneBy(job.jobId(), job.target(), cluster.identifier())
                    : pruning.below(job.target(), cluster.identifier(), needed.from());
            all.add(new WalPruneResult.OfCluster(
                    cluster.identifier(),
                    span.gone(),
                    span.bytes(),
                    span.first(),
                    span.last(),
                    pruning.firstKept(job.target(), cluster.identifier(), needed.from()),
                    needed.why()));
        }
        return all;
    }

    /// What is archived now goes on from its newest segment, which is held against what comes: that one stays.
    private Needed needed(String target, Cluster cluster) throws InterruptedException {
        Optional<Long> underway = backups.underway(target); // asked first: it may become one that is kept
        List<BaseBackup> kept = backups.kept(target);
        Needed needed = Needed.of(cluster.identifier(), kept, cluster.segmentBytes(), cluster.current(), underway);
        return cluster.current() && needed.from() > cluster.newest()
                ? new Needed(cluster.newest(), needed.why())
                : needed;
    }

    private void delete(JobContext job, Cluster cluster, long below) throws InterruptedException {
        long gone = 0;
        long some;
        do {
            some = pruning.deleteSome(job.target(), cluster.identifier(), below, job.jobId(), AT_A_TIME);
            gone += some;
            job.progress(0, gone + " segments of cluster " + cluster.identifier());
        } while (some > 0);
    }

    private long sweep(String target) throws InterruptedException {
        String folders = Shelving.folders(target);
        leftovers.sweep(folders);
        return pruning.left(folders);
    }
}
