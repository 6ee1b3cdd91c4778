package io.lockkeeper.restore;

import io.lockkeeper.backup.BackupView;
import io.lockkeeper.depot.Depots;
import io.lockkeeper.http.Refused;
import io.lockkeeper.job.PermanentFailure;
import io.lockkeeper.postgres.Recovery;
import io.lockkeeper.postgres.Sandbox;
import io.lockkeeper.postgres.SandboxPlace;
import io.lockkeeper.postgres.Sandboxes;
import io.lockkeeper.wal.Recoveries;
import io.lockkeeper.wal.RecoveryPlan;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Makes a server of a copied cluster: unpacked, every file compared with what the server said of it when it was
/// copied, and recovered: to the first consistent state, or with the archived log to a time.
@Singleton
class PhysicalRestore implements Restoring {
    private final Sandboxes sandboxes;
    private final Recoveries recoveries;
    private final Depots depots;
    private final CopiedClusters clusters;

    PhysicalRestore(Sandboxes sandboxes, Recoveries recoveries, Depots depots, CopiedClusters clusters) {
        this.sandboxes = sandboxes;
        this.recoveries = recoveries;
        this.depots = depots;
        this.clusters = clusters;
    }

    /// The backup that leads to a time.
    ///
    /// @throws Refused 422 `not-recoverable` or `wal-gap`
    long leadingTo(String target, Instant until) throws InterruptedException {
        return recoveries.to(target, until).backup();
    }

    @Override
    public Restored restore(Restoration wanted) throws Exception {
        Optional<RecoveryPlan> plan = plan(wanted);
        BackupView backup = wanted.backup();
        Sandbox.Wanted room = Sandbox.Wanted.of(wanted.serverMajor()).taking(RoomNeeded.forCluster(backup, plan));
        try (SandboxPlace place = wanted.phases().time("room", false, () -> sandboxes.place(room))) {
            Path archive = place.directory("archive");
            unpack(wanted, place, plan, archive);
            Recovery recovery =
                    plan.map(each -> new Recovery(archive, each.targetTime())).orElse(Recovery.TO_CONSISTENCY);
            Instant dataAt = wanted.spec().until() == null
                    ? backup.snapshotAt()
                    : wanted.spec().until();
            return clusters.started(wanted, place, recovery, dataAt);
        }
    }

    private Optional<RecoveryPlan> plan(Restoration wanted) throws InterruptedException {
        Instant until = wanted.spec().until();
        if (until == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    recoveries.from(wanted.backup().id(), wanted.backup().target(), until));
        } catch (Refused never) {
            throw new PermanentFailure(never.problem());
        }
    }

    private void unpack(Restoration wanted, SandboxPlace place, Optional<RecoveryPlan> plan, Path archive)
            throws Exception {
        Path tablespaces = place.directory("tablespaces");
        AtomicReference<@Nullable String> difference = new AtomicReference<>();
        try (Beside files = Beside.start("unpack", true, wanted.phases(), written -> wanted.content()
                        .unpackCluster(place.data(), tablespaces, written)
                        .ifPresent(difference::set));
                Beside log = Beside.start("log", true, wanted.phases(), written -> {
                    if (plan.isPresent()) {
                        new RecoveryLog(plan.get(), depots).fetch(archive, written);
                    }
                })) {
            wanted.phases().time("unpack", false, () -> {
                files.await();
                log.await();
                return null;
            });
        }
        if (difference.get() != null) {
            throw new Unrestorable(Findings.of(Reason.of(
                    Reason.Code.ARTIFACT,
                    null,
                    "The files in the backup are not what the server said it sent: " + difference.get() + ".")));
        }
    }
}
