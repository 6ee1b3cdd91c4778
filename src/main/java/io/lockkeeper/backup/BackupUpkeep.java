package io.lockkeeper.backup;

import io.lockkeeper.job.Loop;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/// Sweeps leftovers of backups from time to time, on every instance that works: twice is harmless.
@Singleton
class BackupUpkeep {
    private static final Duration PACE = Duration.ofMinutes(1);

    private final Leftovers leftovers;
    private final boolean works;
    private final Loop loop = new Loop("backup-leftovers", PACE, this::sweep);

    BackupUpkeep(
            Leftovers leftovers,
            @ConfigProperty(name = "lockkeeper.worker.enabled", defaultValue = "true") boolean works) {
        this.leftovers = leftovers;
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

    private Duration sweep() throws InterruptedException {
        leftovers.sweep();
        return null;
    }
}
