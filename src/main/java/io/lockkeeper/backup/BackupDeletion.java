package io.lockkeeper.backup;

import static io.lockkeeper.store.StoreAnswer.await;

import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.vertx.UniHelper;
import io.vertx.sqlclient.Pool;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;

/// How backups go: first from the store, in one transaction with the row that knows of the folder and the
/// one that tells who did it; then their files. Never the other way round: what dies in between leaves
/// files that somebody sweeps, not a backup without files. What throws InterruptedException blocks, for
/// virtual threads.
@Singleton
class BackupDeletion {
    private static final Duration BOUND = Duration.ofSeconds(30);

    private final Pool store;
    private final Leftovers leftovers;

    BackupDeletion(Pool store, Leftovers leftovers) {
        this.store = store;
        this.leftovers = leftovers;
    }

    /// What there is to decide about.
    List<Keepable> keepable(String target) throws InterruptedException {
        return await(KeepingRows.read(store, target));
    }

    /// Deletes what no rule keeps, and nothing of which that is not true at this very moment.
    List<Keeping.Fate> prune(String target, Keeping keeping, long job) throws InterruptedException {
        return await(
                store.withTransaction(
                        transaction -> KeepingRows.lock(transaction, target).compose(all -> {
                            List<Keeping.Fate> fates = keeping.fates(all);
                            List<Long> going = fates.stream()
                                    .filter(Keeping.Fate::goes)
                                    .map(fate -> fate.backup().id())
                                    .toList();
                            return KeepingRows.delete(transaction, going, job).map(fates);
                        })),
                BOUND);
    }

    /// @throws Refused if something speaks against it
    Keepable delete(String target, long backup, boolean force, long job) throws InterruptedException {
        return await(
                store.withTransaction(
                        transaction -> KeepingRows.lock(transaction, target).compose(all -> {
                            Keepable going = deletable(all, backup, force);
                            return KeepingRows.delete(transaction, List.of(backup), job)
                                    .map(going);
                        })),
                BOUND);
    }

    /// Whether such a request would be refused, as far as can be seen now.
    ///
    /// @throws Refused if so
    Uni<Keepable> wouldDelete(String target, long backup, boolean force) {
        return UniHelper.toUni(KeepingRows.read(store, target).map(all -> deletable(all, backup, force)));
    }

    private static Keepable deletable(List<Keepable> all, long backup, boolean force) {
        Keepable asked = all.stream()
                .filter(one -> one.id() == backup)
                .findFirst()
                .orElseThrow(() -> new Refused(Problem.notFound("backup " + backup + " of this target")));
        if (asked.hold() != null) {
            throw refused("backup-held", "Backup " + backup + " is held (" + asked.hold() + "); release it first.");
        }
        if (!asked.readers().isEmpty()) {
            throw refused(
                    "backup-being-read",
                    "Backup " + backup + " is being read by job "
                            + asked.readers().getFirst() + "; wait for its end, or cancel it.");
        }
        if (!force && Keeping.lastProven(asked, all).filter(asked::equals).isPresent()) {
            throw refused(
                    "backup-last-proven",
                    "Backup " + backup + " is the last one that a restore test has proven; prove a newer one first, or"
                            + " say force=true.");
        }
        return asked;
    }

    private static Refused refused(String code, String detail) {
        return new Refused(Problem.conflict(code, detail));
    }

    /// What this job has deleted, whatever became of it afterwards.
    List<BackupPruneResult.Decided> doneBy(long job, String target) throws InterruptedException {
        return await(KeepingRows.deletedBy(store, job, target));
    }

    /// The files of a backup that was deleted. Whether they have gone.
    boolean sweep(long backup) throws InterruptedException {
        return leftovers.sweep(backup);
    }
}
