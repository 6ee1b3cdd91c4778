package io.lockkeeper.restore;

import io.lockkeeper.backup.BackupView;
import io.lockkeeper.job.JobContext;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a restore test has found so far.
final class Trial {
    private static final int MOST = 1_000;

    private final JobContext job;
    private final BackupView backup;
    private final RestoreTestSpec spec;
    private final Phases phases;
    private Findings findings = Findings.NONE;
    private Compared compared = Compared.NOTHING;
    private List<CheckOutcome> checks = List.of();
    private Instant dataAt;
    private int server;
    private @Nullable Long usableAfterMs;
    private @Nullable Long bytes;

    Trial(JobContext job, BackupView backup, RestoreTestSpec spec) {
        this.job = job;
        this.backup = backup;
        this.spec = spec;
        this.phases = new Phases(job);
        this.dataAt = backup.snapshotAt();
    }

    JobContext job() {
        return job;
    }

    BackupView backup() {
        return backup;
    }

    RestoreTestSpec spec() {
        return spec;
    }

    Phases phases() {
        return phases;
    }

    /// There is a copy that can be used, from now on.
    void usable(Restored copy) {
        usableAfterMs = phases.elapsedMs();
        dataAt = copy.dataAt();
        server = copy.sandbox().major();
        found(copy.findings());
    }

    void found(Findings more) {
        findings = findings.plus(more);
    }

    void compared(Compared what) {
        compared = what;
    }

    void checked(List<CheckOutcome> outcomes) {
        checks = List.copyOf(outcomes);
    }

    void takes(long bytesOnDisk) {
        bytes = bytesOnDisk;
    }

    RestoreReport report(String version) {
        List<Reason> reasons = findings.reasons();
        List<String> notes = new ArrayList<>(findings.notes());
        return new RestoreReport(
                job.jobId(),
                Verdict.of(findings),
                reasons.size(),
                reasons.stream().limit(MOST).toList(),
                notes.stream().distinct().limit(MOST).toList(),
                checks,
                compared,
                RestoreReport.Tested.of(backup),
                new RestoreReport.Means(version, server, spec.parallelism(), spec.until()),
                phases.began(),
                Instant.now(),
                dataAt,
                usableAfterMs,
                Math.max(0, Duration.between(dataAt, phases.began()).toSeconds()),
                bytes,
                phases.list());
    }
}
