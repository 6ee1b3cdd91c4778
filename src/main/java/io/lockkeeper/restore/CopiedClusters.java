package io.lockkeeper.restore;

import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.lockkeeper.job.PermanentFailure;
import io.lockkeeper.postgres.ConnectFailure;
import io.lockkeeper.postgres.PgSession;
import io.lockkeeper.postgres.Recovery;
import io.lockkeeper.postgres.RecoveryFailure;
import io.lockkeeper.postgres.Sandbox;
import io.lockkeeper.postgres.SandboxPlace;
import io.lockkeeper.postgres.Sandboxes;
import io.lockkeeper.target.TargetFacts;
import io.lockkeeper.target.Targets;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;

/// Makes servers of copied data directories, wherever they came from: recovered, and started.
@Singleton
class CopiedClusters {
    static final String ALWAYS_THERE = "template1";

    /// What this machine lacks, which says nothing about the backup.
    private static final Pattern OURS = Pattern.compile("No space left on device|Cannot allocate memory"
            + "|could not map anonymous shared memory|could not create (semaphores|shared memory segment)"
            + "|incompatible with (server|operating system)|could not load library|could not access file"
            + "|resource manager with ID \\d+ not registered|maximum number of prepared transactions"
            + "|Create this directory for the tablespace|unrecognized locale|not supported by this build");

    private final Sandboxes sandboxes;
    private final Targets targets;

    CopiedClusters(Sandboxes sandboxes, Targets targets) {
        this.sandboxes = sandboxes;
        this.targets = targets;
    }

    /// @param dataAt the state that this recovery leads to
    Restored started(Restoration wanted, SandboxPlace place, Recovery recovery, Instant dataAt) throws Exception {
        Findings findings = wanted.phases().time("recover", true, () -> recover(place, recovery));
        Sandbox sandbox = wanted.phases().time("start", true, () -> sandboxes.adopt(place));
        boolean handedOver = false;
        try {
            String database = database(wanted.backup().target(), sandbox);
            Restored restored = new Restored(sandbox, database, dataAt, null, findings);
            handedOver = true;
            return restored;
        } finally {
            if (!handedOver) {
                sandbox.close();
            }
        }
    }

    private static Findings recover(SandboxPlace place, Recovery wanted) throws IOException, InterruptedException {
        try {
            place.recover(wanted);
            return Findings.NONE;
        } catch (RecoveryFailure failure) {
            if (wanted.targetTime() != null && failure.targetNotReached()) {
                return recover(place, new Recovery(wanted.archive(), null))
                        .plus(Findings.note("No transaction in the archived log was committed after the time that was"
                                + " asked for: the copy holds all of the log, which is the same state."));
            }
            throw judged(failure);
        }
    }

    private static RuntimeException judged(RecoveryFailure failure) {
        if (OURS.matcher(failure.getMessage()).find()) {
            return new PermanentFailure(Problem.unprocessable(
                    "sandbox-lacks-something",
                    "The copy cannot be recovered on this worker, which says nothing about the backup: "
                            + failure.getMessage()));
        }
        return new Unrestorable(Findings.of(
                Reason.of(Reason.Code.RESTORE, null, "Recovery did not come to its end: " + failure.getMessage())));
    }

    /// The one that the target is registered with, for the team's checks. The registration may be gone, and so may be
    /// the database.
    private String database(String target, Sandbox sandbox) throws InterruptedException {
        String registered = registered(target);
        try (PgSession session = sandbox.connect(registered)) {
            return registered;
        } catch (ConnectFailure none) {
            return none.reason() == ConnectFailure.Reason.NO_DATABASE ? ALWAYS_THERE : registered;
        }
    }

    private String registered(String target) throws InterruptedException {
        try {
            Optional<TargetFacts> facts = targets.find(target);
            return facts.isEmpty()
                    ? ALWAYS_THERE
                    : targets.address(facts.get().id(), "lockkeeper").database();
        } catch (Refused gone) {
            return ALWAYS_THERE;
        }
    }
}
