package io.lockkeeper.backup;

import io.lockkeeper.job.Loops;
import io.quarkus.runtime.Startup;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import org.jboss.logging.Logger;

/// Looks at each backup once a day, whichever instance does it: when it is due is in its row. Backups that nobody looks
/// at are those that are missing when they are needed.
@Startup
@Singleton
class BackupWatch {
    private static final Logger LOG = Logger.getLogger(BackupWatch.class);
    private static final Duration BETWEEN = Duration.ofMinutes(1);
    private static final int AT_A_TIME = 10;

    private final CheckStore store;
    private final BackupCheck check;
    private final BackupGauges gauges;

    BackupWatch(CheckStore store, BackupCheck check, BackupGauges gauges, Loops loops) {
        this.store = store;
        this.check = check;
        this.gauges = gauges;
        loops.onWorkers("backup-watch", BETWEEN, this::round);
    }

    /// All that is due now.
    void round() throws InterruptedException {
        try {
            List<Lying> due = store.takeDue(AT_A_TIME);
            while (!due.isEmpty()) {
                for (Lying each : due) {
                    check.shallow(each);
                }
                due = store.takeDue(AT_A_TIME);
            }
        } catch (RuntimeException storeIsAway) {
            LOG.warnf("backups are not looked at for now: %s", storeIsAway.getMessage());
        }
        gauges.refresh();
    }
}
