package io.lockkeeper.backup;

import io.lockkeeper.depot.ArtifactWriter;
import io.lockkeeper.depot.Compression;
import io.lockkeeper.depot.Depot;
import io.lockkeeper.depot.DepotFailure;
import io.lockkeeper.depot.Depots;
import io.lockkeeper.depot.Packing;
import io.lockkeeper.depot.Sealed;
import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.lockkeeper.job.JobContext;
import io.lockkeeper.job.JobKind;
import io.lockkeeper.job.Limits;
import io.lockkeeper.job.Limits.TargetUse;
import io.lockkeeper.job.Limits.WhenLost;
import io.lockkeeper.job.PermanentFailure;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/// Backs up a target: what it holds goes through a program of PostgreSQL's own, and from there in one
/// stream into a depot.
@Singleton
public class BackupJob implements JobKind<BackupSpec, BackupResult> {
    static final String NAME = "backup";
    static final Duration LONGEST = Duration.ofDays(3);
    private static final Limits LIMITS =
            new Limits(TargetUse.READS, 3, Duration.ofSeconds(8), LONGEST, WhenLost.RESTART);
    private static final long MEGABYTE = 1_000_000;

    private final Depots depots;
    private final BackupStore backups;
    private final LogicalBackup logical;
    private final PhysicalBackup physical;
    private final Leftovers leftovers;

    BackupJob(Depots depots, BackupStore backups, LogicalBackup logical, PhysicalBackup physical, Leftovers leftovers) {
        this.depots = depots;
        this.backups = backups;
        this.logical = logical;
        this.physical = physical;
        this.leftovers = leftovers;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String describes() {
        return "Backs up a database into a depot, with a fingerprint of the very bytes that were dumped";
    }

    @Override
    public Class<BackupSpec> specType() {
        return BackupSpec.class;
    }

    @Override
    public Limits limits() {
        return LIMITS;
    }

    @Override
    public void check(BackupSpec spec) {
        depots.named(spec.depot());
    }

    @Override
    public BackupResult run(BackupSpec spec, JobContext job) throws Exception {
        Optional<BackupView> done = backups.find(job.jobId());
        if (done.isPresent()) { // an earlier attempt got through without living to tell
            return result(done.get(), 0);
        }
        try {
            return make(spec, job);
        } catch (DepotFailure failure) {
            throw failure.mayPass() ? new Refused(failure.problem()) : new PermanentFailure(failure.problem(), failure);
        }
    }

    private BackupResult make(BackupSpec spec, JobContext job) throws Exception {
        Depot depot = depots.named(spec.depot());
        String folder = job.target() + "/" + job.jobId() + "-" + suffix();
        backups.begin(job.jobId(), job.target(), spec, depot.name(), folder);
        leftovers.sweep(job.jobId());
        try (ArtifactWriter writer = depot.write(folder, packing(spec))) {
            Making making = new Making(spec, job, writer, depot.key() != null);
            Made made = spec.physical() ? physical.make(making) : logical.make(making);
            Sealed sealed = job.step("seal", () -> writer.complete(about(spec, job, made)));
            keep(job, depot, folder, sealed, made);
            return result(backups.find(job.jobId()).orElseThrow(), making.megabytesPerSecond());
        }
    }

    /// Two attempts never write into the same folder, whatever became of the first.
    private static String suffix() {
        return Integer.toHexString(ThreadLocalRandom.current().nextInt(0x100000, 0x1000000));
    }

    private static Packing packing(BackupSpec spec) {
        BackupCompression asked = spec.compression();
        Compression compression =
                switch (asked.algorithm()) {
                    case ZSTD -> Compression.zstd(asked.level() == null ? 1 : asked.level());
                    case GZIP -> Compression.gzip(asked.level() == null ? 6 : asked.level());
                    case NONE -> Compression.none();
                };
        Long speed = spec.megabytesPerSecond() == null ? null : spec.megabytesPerSecond() * MEGABYTE;
        return new Packing(compression, null, speed);
    }

    /// What somebody wants to know who finds the folder and has nothing else.
    private static Map<String, Object> about(BackupSpec spec, JobContext job, Made made) {
        Map<String, Object> about = new LinkedHashMap<>();
        about.put("backup", job.jobId());
        about.put("target", job.target());
        about.put("method", spec.method().name().toLowerCase(java.util.Locale.ROOT));
        about.put("format", spec.format().name().toLowerCase(java.util.Locale.ROOT));
        about.put("serverVersion", made.serverVersion());
        about.put("toolVersion", made.toolVersion());
        about.put("snapshotAt", made.snapshotAt().toString());
        if (made.fingerprint().sha256() != null) {
            about.put("fingerprint", made.fingerprint().sha256());
        }
        if (spec.note() != null) {
            about.put("note", spec.note());
        }
        return about;
    }

    /// A worker that was asleep may find that another attempt has begun and swept this folder away, half
    /// written. What it has made there since is nobody's.
    private void keep(JobContext job, Depot depot, String folder, Sealed sealed, Made made)
            throws InterruptedException {
        var sealing = new BackupStore.Sealing(
                sealed.manifestSha256(), sealed.storedBytes(), sealed.bytes(), sealed.key(), sealed.recipient());
        if (!backups.complete(job.jobId(), folder, sealing, made)) {
            depot.delete(folder);
            throw new Refused(Problem.conflict(
                    "superseded", "Another attempt at backup " + job.jobId() + " has begun; this one's work is void."));
        }
    }

    private static BackupResult result(BackupView backup, double megabytesPerSecond) {
        return new BackupResult(
                backup.id(),
                backup.depot(),
                backup.sha256(),
                backup.bytes(),
                backup.rawBytes(),
                backup.snapshotAt(),
                backup.fingerprint(),
                megabytesPerSecond);
    }
}
