package io.lockkeeper.backup;

import io.lockkeeper.depot.Depot;
import io.lockkeeper.depot.DepotFailure;
import io.lockkeeper.depot.Depots;
import io.lockkeeper.http.Refused;
import io.lockkeeper.job.Loops;
import io.quarkus.runtime.Startup;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import org.jboss.logging.Logger;

/// Takes away what attempts left in depots that did not come to their end, and what was deleted. A row in
/// the store knows of each; the row goes when the folder has gone.
/// Every instance that works looks for more from time to time: twice is harmless.
@Startup
@Singleton
class Leftovers {
    private static final Logger LOG = Logger.getLogger(Leftovers.class);
    private static final Duration PACE = Duration.ofMinutes(1);

    private final Depots depots;
    private final LeftoverStore store;

    Leftovers(Depots depots, LeftoverStore store, Loops loops) {
        this.depots = depots;
        this.store = store;
        loops.onWorkers("backup-leftovers", PACE, this::sweep);
    }

    /// Of earlier attempts at this backup, or of the backup itself once it is deleted. Whether nothing is left.
    boolean sweep(long backup) throws InterruptedException {
        sweep(store.ofBackup(backup));
        return store.ofBackup(backup).isEmpty();
    }

    /// Of jobs that are over.
    void sweep() throws InterruptedException {
        store.giveUpDeadBackups();
        sweep(store.all());
    }

    private void sweep(List<Leftover> folders) throws InterruptedException {
        for (Leftover each : folders) {
            try {
                Depot depot = depots.named(each.depot());
                depot.delete(each.folder());
                depot.sweep(each.folder());
                store.removed(each);
            } catch (DepotFailure | Refused later) {
                LOG.warnf(
                        "the folder %s in depot %s stays for now: %s", each.folder(), each.depot(), later.getMessage());
            }
        }
    }
}
