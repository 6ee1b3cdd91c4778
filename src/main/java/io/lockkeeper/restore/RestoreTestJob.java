package io.lockkeeper.restore;

import io.lockkeeper.backup.BackupView;
import io.lockkeeper.backup.Backups;
import io.lockkeeper.depot.DepotFailure;
import io.lockkeeper.http.Refused;
import io.lockkeeper.job.JobContext;
import io.lockkeeper.job.JobKind;
import io.lockkeeper.job.Limits;
import io.lockkeeper.job.Limits.TargetUse;
import io.lockkeeper.job.Limits.WhenLost;
import io.lockkeeper.job.PermanentFailure;
import io.lockkeeper.restore.RestoreTestStore.Keeping;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/// Restores a backup into a throw-away server and holds it against what was backed up. The verdict stays on the backup.
@Singleton
public class RestoreTestJob implements JobKind<RestoreTestSpec, RestoreTestResult> {
    static final String NAME = "restore-test";

    private final Backups backups;
    private final PhysicalRestore physical;
    private final RestoreWays ways;
    private final CopyLook looks;
    private final RestoreTestStore tests;
    private final KeptCopies kept;
    private final RestoreGauges gauges;
    private final String version;

    RestoreTestJob(
            Backups backups,
            PhysicalRestore physical,
            RestoreWays ways,
            CopyLook looks,
            RestoreTestStore tests,
            KeptCopies kept,
            RestoreGauges gauges,
            @ConfigProperty(name = "quarkus.application.version") String version) {
        this.backups = backups;
        this.physical = physical;
        this.ways = ways;
        this.looks = looks;
        this.tests = tests;
        this.kept = kept;
        this.gauges = gauges;
        this.version = version;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String describes() {
        return "Restores a backup into a throw-away server, compares it with what was backed up, and judges the backup";
    }

    @Override
    public Class<RestoreTestSpec> specType() {
        return RestoreTestSpec.class;
    }

    @Override
    public Limits limits() {
        return new Limits(TargetUse.NAMED, 3, Duration.ofSeconds(15), Duration.ofDays(3), WhenLost.RESTART);
    }

    @Override
    public RestoreTestResult run(RestoreTestSpec spec, JobContext job) throws Exception {
        Optional<RestoreTestView> done = tests.find(job.jobId());
        if (done.isPresent()) { // an earlier attempt got through without living to tell
            return RestoreTestResult.of(done.get());
        }
        RestoreTestView test = judged(new Trial(job, chosen(spec, job), spec));
        gauges.refresh();
        return RestoreTestResult.of(test);
    }

    private BackupView chosen(RestoreTestSpec spec, JobContext job) throws InterruptedException {
        try {
            Optional<BackupView> found = found(spec, job);
            BackupView backup = found.orElseThrow(() -> Testable.noBackup(spec.backup(), job.target()));
            Testable.demand(backup, job.target(), spec.until() != null);
            return backup;
        } catch (Refused never) {
            throw new PermanentFailure(never.problem());
        }
    }

    private Optional<BackupView> found(RestoreTestSpec spec, JobContext job) throws InterruptedException {
        if (spec.backup() != null) {
            return backups.find(spec.backup());
        }
        return spec.until() == null
                ? backups.findNewest(job.target())
                : backups.find(physical.leadingTo(job.target(), spec.until()));
    }

    private RestoreTestView judged(Trial trial) throws Exception {
        try {
            return tried(trial);
        } catch (DepotFailure.Damaged | DepotFailure.Missing damaged) {
            trial.found(Findings.of(
                    Reason.of(Reason.Code.ARTIFACT, null, damaged.problem().detail())));
            return tests.write(trial.report(version), null);
        } catch (Unrestorable broken) {
            trial.found(broken.findings());
            return tests.write(trial.report(version), null);
        } catch (DepotFailure failure) {
            throw failure.mayPass() ? new Refused(failure.problem()) : new PermanentFailure(failure.problem(), failure);
        }
    }

    private RestoreTestView tried(Trial trial) throws Exception {
        Restoration wanted = ways.open(trial.backup(), trial.spec(), trial.job(), trial.phases());
        Restored copy = ways.restore(wanted);
        boolean handedOver = false;
        try {
            trial.usable(copy);
            looks.look(copy, wanted, trial);
            trial.takes(copy.sandbox().bytes());
            if (trial.spec().keepFor() == null) {
                return tests.write(trial.report(version), null);
            }
            Keeping keeping = kept.keep(
                    trial.job().jobId(), copy, Instant.now().plus(trial.spec().keepFor()));
            handedOver = true;
            return tests.write(trial.report(version), keeping);
        } finally {
            if (!handedOver) {
                copy.close();
            }
        }
    }
}
