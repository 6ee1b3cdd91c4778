package io.lockkeeper.schedule;

import io.lockkeeper.job.Loop;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.InstantSource;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/// Fires from the start of the application to its end. Runs are kept as long as the history of jobs.
@Singleton
class FiringLoops {
    private static final Duration HOUSEKEEPING = Duration.ofMinutes(1);

    private final Loop firing;
    private final Loop pruning;

    FiringLoops(
            RunStore runs,
            Launch launch,
            ScheduleMetrics metrics,
            @ConfigProperty(name = "lockkeeper.worker.keep-history", defaultValue = "90d") Duration keep) {
        Firing fire = new Firing(runs, launch, metrics, InstantSource.system());
        this.firing = new Loop("schedules", Firing.PACE, fire::once);
        this.pruning = new Loop("schedule-housekeeping", HOUSEKEEPING, () -> {
            fire.prune(keep);
            return null;
        });
    }

    void start(@Observes StartupEvent up) {
        firing.start();
        pruning.start();
    }

    void stop(@Observes ShutdownEvent down) {
        firing.close();
        pruning.close();
    }
}
