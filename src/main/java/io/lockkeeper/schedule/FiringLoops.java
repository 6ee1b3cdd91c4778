package io.lockkeeper.schedule;

import io.lockkeeper.job.Loop;
import io.lockkeeper.job.Loops;
import io.quarkus.runtime.Startup;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.InstantSource;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/// Fires from the start of the application to its end. Runs are kept as long as the history of jobs.
@Startup
@Singleton
class FiringLoops {
    private static final Duration HOUSEKEEPING = Duration.ofMinutes(1);

    FiringLoops(
            RunStore runs,
            Launch launch,
            ScheduleMetrics metrics,
            Loops loops,
            @ConfigProperty(name = "lockkeeper.worker.keep-history", defaultValue = "90d") Duration keep) {
        Firing fire = new Firing(runs, launch, metrics, InstantSource.system());
        loops.add(new Loop("schedules", Firing.PACE, fire::once));
        loops.everywhere("schedule-housekeeping", HOUSEKEEPING, () -> fire.prune(keep));
    }
}
