package io.lockkeeper.wal;

import io.lockkeeper.depot.Depot;
import io.lockkeeper.depot.DepotFailure;
import io.lockkeeper.depot.Depots;
import io.lockkeeper.http.Refused;
import io.lockkeeper.job.Loop;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/// Takes pruned segments out of their depots: at once by the job, and from time to time by every instance that works,
/// for jobs that died. Twice is harmless.
@Singleton
class WalLeftovers {
    private static final Logger LOG = Logger.getLogger(WalLeftovers.class);
    private static final Duration PACE = Duration.ofMinutes(1);
    private static final int WARNINGS = 3;

    private final Depots depots;
    private final WalPruningStore store;
    private final boolean works;
    private final Loop loop = new Loop("wal-leftovers", PACE, this::sweepAll);

    WalLeftovers(
            Depots depots,
            WalPruningStore store,
            @ConfigProperty(name = "lockkeeper.worker.enabled", defaultValue = "true") boolean works) {
        this.depots = depots;
        this.store = store;
        this.works = works;
    }

    void start(@Observes StartupEvent up) {
        if (works) {
            loop.start();
        }
    }

    void stop(@Observes ShutdownEvent down) {
        loop.close();
    }

    private Duration sweepAll() throws InterruptedException {
        sweep("");
        return null;
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
