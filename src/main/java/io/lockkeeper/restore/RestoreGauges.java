package io.lockkeeper.restore;

import io.lockkeeper.job.Loops;
import io.lockkeeper.store.StoreAnswer;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.quarkus.runtime.Startup;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jboss.logging.Logger;

/// How long ago each target was proven to be restorable, and how long that took, as metrics. Every instance that works
/// tells the same, as it reads it from the store every minute; ages go on in between.
@Startup
@Singleton
class RestoreGauges {
    private static final Logger LOG = Logger.getLogger(RestoreGauges.class);
    private static final Duration PACE = Duration.ofMinutes(1);

    private final LastProofs proofs;
    private final MultiGauge ages;
    private final MultiGauge times;

    RestoreGauges(LastProofs proofs, MeterRegistry registry, Loops loops) {
        this.proofs = proofs;
        ages = MultiGauge.builder("lockkeeper.target.proof.age")
                .baseUnit("seconds")
                .description("Since a restore test last proved a backup of the target that still stands as proven")
                .register(registry);
        times = MultiGauge.builder("lockkeeper.target.restore.time")
                .baseUnit("seconds")
                .description("How long the last restore test took until the copy could be used")
                .register(registry);
        loops.onWorkers("restore-gauges", PACE, this::tell);
    }

    /// What the store does not answer now is told a minute later.
    void refresh() throws InterruptedException {
        try {
            tell();
        } catch (RuntimeException storeIsAway) {
            LOG.warnf("the metrics of restore tests stay as they are: %s", storeIsAway.getMessage());
        }
    }

    private void tell() throws InterruptedException {
        List<LastProofs.Row> all = StoreAnswer.await(proofs.all());
        ages.register(
                all.stream()
                        .filter(row -> row.provenAt() != null)
                        .map(row -> MultiGauge.Row.of(Tags.of("target", row.target()), row, RestoreGauges::age))
                        .toList(),
                true);
        times.register(
                all.stream()
                        .filter(row -> row.restoreMs() != null)
                        .map(row -> MultiGauge.Row.of(Tags.of("target", row.target()), row.restoreMs() / 1000.0))
                        .toList(),
                true);
    }

    private static double age(LastProofs.Row row) {
        return Math.max(0, Duration.between(row.provenAt(), Instant.now()).toMillis() / 1000.0);
    }
}
