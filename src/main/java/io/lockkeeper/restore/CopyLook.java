package io.lockkeeper.restore;

import io.lockkeeper.backup.BackupSpec;
import io.lockkeeper.postgres.PgSession;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/// All that is looked at in a restored copy, in an order in which nothing disturbs what comes after it.
@Singleton
class CopyLook {
    private final CopyAccess access;
    private final CopyComparison comparison;
    private final ClusterLook cluster;

    CopyLook(CopyAccess access, CopyComparison comparison, ClusterLook cluster) {
        this.access = access;
        this.comparison = comparison;
        this.cluster = cluster;
    }

    void look(Restored copy, Restoration wanted, Trial trial) throws Exception {
        if (wanted.backup().method() == BackupSpec.Method.PHYSICAL) {
            trial.found(cluster.look(copy, wanted));
        } else if (copy.expected() == null) {
            trial.found(Findings.note("Nothing was compared: the restore ended at its first fault."));
        } else {
            compareAndCheck(copy, wanted, trial);
        }
        if (!wanted.spec().checks().isEmpty()) {
            List<CheckOutcome> outcomes = trial.phases().time("checks", false, () -> checks(copy, wanted.spec()));
            trial.checked(outcomes);
            trial.found(TeamChecks.findings(outcomes));
        }
    }

    /// Both at once: comparing waits for one table after the other, and what the check makes nobody else sees.
    private void compareAndCheck(Restored copy, Restoration wanted, Trial trial) throws Exception {
        var structure = new AtomicReference<>(Findings.NONE);
        try (Beside checking =
                Beside.start("structure", false, trial.phases(), written -> structure.set(structure(copy)))) {
            CopyComparison.Outcome outcome =
                    trial.phases().time("compare", false, () -> comparison.compare(copy, wanted));
            trial.found(outcome.findings());
            trial.compared(outcome.compared());
            trial.phases().step("structure", () -> {
                checking.await();
                return null;
            });
            trial.found(structure.get());
        }
    }

    private Findings structure(Restored copy) throws InterruptedException {
        try (PgSession session = access.connect(copy.sandbox(), copy.database())) {
            return new StructureCheck(false).check(session);
        }
    }

    private List<CheckOutcome> checks(Restored copy, RestoreTestSpec spec) throws InterruptedException {
        try (PgSession session = access.connect(copy.sandbox(), copy.database())) {
            return new TeamChecks(copy.sandbox(), copy.database()).run(session, spec.checks());
        }
    }
}
