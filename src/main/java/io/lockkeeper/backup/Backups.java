package io.lockkeeper.backup;

import io.lockkeeper.depot.DepotFailure;
import io.lockkeeper.depot.Depots;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.vertx.UniHelper;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;

/// Backups for features that read them and judge them. The methods that throw InterruptedException block and are for
/// virtual threads.
@Singleton
public class Backups {
    private static final String IS_BEING_MADE = "SELECT FROM backup WHERE id = $1 AND state = 'WRITING'";

    /// An older verdict never takes the place of a newer one, however late it comes.
    private static final String JUDGE = """
            UPDATE backup SET verdict = $2, judged_at = $3, judged_by = $4
            WHERE id = $1 AND state = 'COMPLETE' AND (judged_at IS NULL OR judged_at <= $3)""";

    private final Pool store;
    private final BackupStore backups;
    private final BackupReads reads;
    private final Depots depots;

    Backups(Pool store, BackupStore backups, BackupReads reads, Depots depots) {
        this.store = store;
        this.backups = backups;
        this.reads = reads;
        this.depots = depots;
    }

    /// One that is complete.
    public Uni<Optional<BackupView>> lookup(long id) {
        return backups.lookup(id);
    }

    /// The newest of a target that is complete, whatever is known of it.
    public Uni<Optional<BackupView>> lookupNewest(String target) {
        return backups.newest(target);
    }

    /// The newest of a target that nothing speaks against: whole, not found broken, its key there.
    public Uni<Optional<BackupView>> lookupUsable(String target) {
        return backups.latest(target, false);
    }

    public Optional<BackupView> findUsable(String target) throws InterruptedException {
        return backups.findLatest(target);
    }

    public Uni<Boolean> isBeingMade(long id) {
        return UniHelper.toUni(
                store.preparedQuery(IS_BEING_MADE).execute(Tuple.of(id)).map(rows -> rows.size() > 0));
    }

    public Optional<BackupView> find(long id) throws InterruptedException {
        return backups.find(id);
    }

    public Optional<BackupView> findNewest(String target) throws InterruptedException {
        return backups.findNewest(target);
    }

    /// What it holds. Nothing deletes the backup before that job has ended.
    ///
    /// @throws DepotFailure if the depot does not answer, or has something else than what was brought there
    public BackupContent read(BackupView backup, long job) throws InterruptedException {
        reads.begin(backup.id(), job);
        return new BackupContent(depots.named(backup.depot()).read(backup.folder(), backup.sha256()));
    }

    /// Nothing forgets a backup that another tool keeps before that job has ended. What the tool itself does is
    /// up to it.
    public void readElsewhere(BackupView backup, long job) throws InterruptedException {
        reads.begin(backup.id(), job);
    }

    /// Writes a verdict on the backup, in somebody's transaction.
    ///
    /// @param verdict what a restore test has found, in the end
    /// @param test its id
    public Future<Void> judge(SqlClient transaction, long backup, BackupView.Verdict verdict, long test, Instant at) {
        Tuple values = Tuple.of(backup, verdict.name(), at.atOffset(ZoneOffset.UTC), test);
        return transaction.preparedQuery(JUDGE).execute(values).mapEmpty();
    }
}
