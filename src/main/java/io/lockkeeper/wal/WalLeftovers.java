package io.lockkeeper.wal;

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

/// Takes pruned segments out of their depots: at once by the job, and from time to time by every instance that works,
/// for jobs that died. Twice is harmless.
@Startup
@Singleton
class WalLeftovers {
    private static final Logger LOG = Logger.getLogger(WalLeftovers.class);
    private static final Duration PACE = Duration.ofMinutes(1);
    private static final int WARNINGS = 3;

    private final Depots depots;
    private final WalPruningStore store;

    WalLeftovers(Depots depots, WalPruningStore store, Loops loops) {
        this.depots = depots;
        this.store = store;
        loops.onWorkers("wal-leftovers", PACE, () -> sweep(""));
    }

    /// Until nothing is left, or a depot refuses.
    ///
    /// @param beginning of the folders' names
    void sweep(String beginning) throws InterruptedException {
        boolean all = true;
        List<WalPruningStore.Folder> some = store.leftovers(beginning);
        while (all && !some.isEmpty()) {
            int refused = 0;
            for (WalPruningStore.Folder each : some) {
                refused += swept(each, refused < WARNINGS) ? 0 : 1;
            }
            all = refused == 0;
            some = all ? store.leftovers(beginning) : List.of();
        }
    }

    private boolean swept(WalPruningStore.Folder each, boolean aloud) throws InterruptedException {
        try {
            Depot depot = depots.named(each.depot());
            depot.delete(each.folder());
            store.removed(each);
            return true;
        } catch (DepotFailure | Refused later) {
            LOG.logf(
                    aloud ? Logger.Level.WARN : Logger.Level.DEBUG,
                    "the folder %s in depot %s stays for now: %s",
                    each.folder(),
                    each.depot(),
                    later.getMessage());
            return false;
        }
    }
}
