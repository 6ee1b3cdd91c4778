package io.lockkeeper.backup;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/// Looks at each backup once a day, whichever instance does it: when it is due is in its row. Backups that nobody looks
/// at are those that are missing when they are needed.
@Singleton
class BackupWatch {
    private static final Logger LOG = Logger.getLogger(BackupWatch.class);
    private static final Duration BETWEEN = Duration.ofMinutes(1);
    private static final int AT_A_TIME = 10;

    private final CheckStore store;
    private final BackupCheck check;
    private final BackupGauges gauges;
    private final boolean works;
    private Thread loop;

    BackupWatch(
            CheckStore store,
            BackupCheck check,
            BackupGauges gauges,
            @ConfigProperty(name = "lockkeeper.worker.enabled", defaultValue = "true") boolean works) {
        this.store = store;
        this.check = check;
        this.gauges = gauges;
        this.works = works;
    }

    void start(@Observes StartupEvent up) {
        if (works) {
            loop = Thread.ofVirtual().name("backup-watch").start(this::watch);
        }
    }

    void stop(@Observes ShutdownEvent down) {
        if (loop != null) {
            loop.interrupt();
        }
    }

    private void watch() {
        try {
            while (true) {
                round();
                Thread.sleep(BETWEEN);
            }
        } catch (InterruptedException stopped) {
            // The instance stops.
        }
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
