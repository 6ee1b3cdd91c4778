package io.lockkeeper.restore;

import io.lockkeeper.backup.BackupSpec;
import io.lockkeeper.backup.BackupView;
import io.lockkeeper.backup.Backups;
import io.lockkeeper.depot.DepotFailure;
import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.lockkeeper.job.JobContext;
import io.lockkeeper.job.PermanentFailure;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Copies of targets, made of their backups, for features that try something out.
@Singleton
public class RestoredCopies {
    /// Restoring is faster without; whoever measures what a server writes to its log wants to see what the original
    /// would write.
    private static final Map<String, String> LOGGING_LIKE_THE_ORIGINAL =
            Map.of("wal_level", "replica", "full_page_writes", "on");

    private final Backups backups;
    private final RestoreWays ways;
    private final CopyAccess access;
    private final CopyDefinitions definitions;

    RestoredCopies(Backups backups, RestoreWays ways, CopyAccess access, CopyDefinitions definitions) {
        this.backups = backups;
        this.ways = ways;
        this.access = access;
        this.definitions = definitions;
    }

    /// Refuses what our own records say against it, before there is a job.
    ///
    /// @param backup null: the target's newest that nothing speaks against
    /// @return fails with Refused
    public Uni<Void> demand(String target, @Nullable Long backup) {
        Uni<BackupView> chosen = backup != null
                ? Testable.known(backups, backup)
                : backups.lookupUsable(target).map(found -> found.orElseThrow(() -> Testable.noBackup(null, target)));
        return chosen.invoke(found -> demandUsable(found, target)).replaceWithVoid();
    }

    private static void demandUsable(BackupView backup, String target) {
        Testable.demand(backup, target, false);
        if (backup.proof().verdict() == BackupView.Verdict.BROKEN) {
            throw new Refused(broken(backup, "restore test " + backup.proof().restoreTest() + " has found it broken"));
        }
    }

    /// Restores a backup of the job's target in steps of the job, and starts its server so that it writes its log like
    /// the original.
    ///
    /// @param backup null: the target's newest that nothing speaks against
    /// @throws PermanentFailure if the backup cannot be restored as a whole
    public RestoredCopy restore(@Nullable Long backup, JobContext job) throws Exception {
        BackupView chosen = chosen(backup, job.target());
        try {
            Restoration wanted = ways.open(
                    chosen, new RestoreTestSpec(chosen.id(), null, null, null, null, null), job, new Phases(job));
            return whole(ways.restore(wanted), wanted);
        } catch (DepotFailure.Damaged | DepotFailure.Missing damaged) {
            throw new PermanentFailure(broken(chosen, damaged.problem().detail()));
        } catch (Unrestorable broken) {
            throw new PermanentFailure(broken(chosen, sentence(broken.findings().reasons())));
        } catch (DepotFailure failure) {
            throw failure.mayPass() ? new Refused(failure.problem()) : new PermanentFailure(failure.problem(), failure);
        }
    }

    private BackupView chosen(@Nullable Long backup, String target) throws InterruptedException {
        try {
            BackupView found = (backup == null ? backups.findUsable(target) : backups.find(backup))
                    .orElseThrow(() -> Testable.noBackup(backup, target));
            demandUsable(found, target);
            return found;
        } catch (Refused never) {
            throw new PermanentFailure(never.problem());
        }
    }

    private RestoredCopy whole(Restored restored, Restoration wanted) throws Exception {
        boolean handedOver = false;
        try {
            List<Reason> reasons = restored.findings().reasons();
            if (!reasons.isEmpty()) {
                throw new PermanentFailure(broken(wanted.backup(), sentence(reasons)));
            }
            if (restored.database().equals(CopiedClusters.ALWAYS_THERE)
                    && wanted.backup().method() == BackupSpec.Method.PHYSICAL) {
                throw new PermanentFailure(Problem.unprocessable(
                        "database-not-in-backup",
                        "Backup " + wanted.backup().id() + " holds a cluster without the target's database."));
            }
            wanted.phases().time("restart", false, () -> {
                restored.sandbox().restart(LOGGING_LIKE_THE_ORIGINAL);
                return null;
            });
            handedOver = true;
            return new RestoredCopy(restored, wanted, access, definitions);
        } finally {
            if (!handedOver) {
                restored.close();
            }
        }
    }

    private static String sentence(List<Reason> reasons) {
        return reasons.stream().limit(5).map(Reason::detail).collect(Collectors.joining(" "));
    }

    private static Problem broken(BackupView backup, String why) {
        return Problem.unprocessable(
                "backup-broken",
                "Backup " + backup.id() + " cannot be restored as a whole: " + why
                        + " POST /api/v1/restore-tests {\"backup\": " + backup.id() + "} tells all about it.");
    }
}
