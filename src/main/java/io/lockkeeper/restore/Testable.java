package io.lockkeeper.restore;

import io.lockkeeper.backup.BackupSpec;
import io.lockkeeper.backup.BackupView;
import io.lockkeeper.backup.Backups;
import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.smallrye.mutiny.Uni;
import org.jspecify.annotations.Nullable;

/// What our own records say against testing a backup, told before a job is started and looked at again when it runs.
final class Testable {
    private Testable() {}

    static void demand(BackupView backup, @Nullable String target, boolean toAnotherTime) {
        if (target != null && !backup.target().equals(target)) {
            throw refused(
                    "backup-of-another-target",
                    "Backup " + backup.id() + " is of target " + backup.target() + ", not of " + target + ".");
        }
        if (backup.missing() != null) {
            throw refused("artifact-missing", "Backup " + backup.id() + " is not whole any more: " + backup.missing());
        }
        if (backup.keyLost() != null) {
            throw refused("key-lost", "Backup " + backup.id() + " cannot be opened: " + backup.keyLost());
        }
        if (toAnotherTime && backup.origin() != null) {
            throw refused(
                    "not-recoverable",
                    "Backup " + backup.id() + " is kept by " + backup.origin().tool()
                            + ": such a backup is restored as it was when it was complete, not to another time.");
        }
        if (toAnotherTime && backup.method() != BackupSpec.Method.PHYSICAL) {
            throw refused(
                    "not-recoverable",
                    "Backup " + backup.id() + " is logical: only a physical one can be brought to another time.");
        }
    }

    /// One that is complete.
    ///
    /// @return fails with Refused where there is none
    static Uni<BackupView> known(Backups backups, long id) {
        return backups.lookup(id)
                .flatMap(found -> found.map(backup -> Uni.createFrom().item(backup))
                        .orElseGet(() -> backups.isBeingMade(id).map(making -> {
                            throw making ? stillBeingMade(id) : noBackup(id, "");
                        })));
    }

    /// @param backup that was asked for; none: the newest
    static Refused noBackup(@Nullable Long backup, String target) {
        return backup == null
                ? refused("no-backup", "Target " + target + " has no backup that could be restored.")
                : refused("unknown-backup", "There is no backup " + backup + ", or you may not see it.");
    }

    private static Refused stillBeingMade(long backup) {
        return new Refused(Problem.conflict(
                "backup-unfinished",
                "Backup " + backup + " is still being made; its job is /api/v1/jobs/" + backup + "."));
    }

    private static Refused refused(String code, String detail) {
        return new Refused(Problem.unprocessable(code, detail));
    }
}
