package io.lockkeeper.backup;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/// What is done about backups from time to time by every instance that works; twice is harmless.
@Singleton
class BackupUpkeep {
    private static final Logger LOG = Logger.getLogger(BackupUpkeep.class);
    private static final Duration BETWEEN = Duration.ofMinutes(1);

    private final Leftovers leftovers;
    private final boolean works;
    private Thread loop;

    BackupUpkeep(
            Leftovers leftovers,
            @ConfigProperty(name = "lockkeeper.worker.enabled", defaultValue = "true") boolean works) {
        this.leftovers = leftovers;
        this.works = works;
    }

    void start(@Observes StartupEvent up) {
        if (works) {
            loop = Thread.ofVirtual().name("backup-upkeep").start(this::keepUp);
        }
    }

    void stop(@Observes ShutdownEvent down) {
        if (loop != null) {
            loop.interrupt();
        }
    }

    private void keepUp() {
        try {
            while (true) {
                try {
                    leftovers.sweep();
                } catch (RuntimeException storeIsAway) {
                    LOG.warnf("leftovers of backups stay for now: %s", storeIsAway.getMessage());
                }
                Thread.sleep(BETWEEN);
            }
        } catch (InterruptedException stopped) {
            // The instance stops.
        }
    }
}
