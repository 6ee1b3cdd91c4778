package io.lockkeeper.restore;

import io.lockkeeper.job.Loops;
import io.quarkus.runtime.Startup;
import jakarta.inject.Singleton;
import java.time.Duration;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/// Restore tests are forgotten once their backup has been gone for as long as jobs are kept.
@Startup
@Singleton
class OldTests {
    private static final Duration PACE = Duration.ofMinutes(10);

    OldTests(
            RestoreTestStore tests,
            Loops loops,
            @ConfigProperty(name = "lockkeeper.worker.keep-history", defaultValue = "90d") Duration keep) {
        loops.everywhere("old-restore-tests", PACE, () -> tests.prune(keep));
    }
}
