package io.lockkeeper.backup;

import io.lockkeeper.backup.BackupHealthReport.OfTarget;
import io.lockkeeper.postgres.Await;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;

/// How it stands with backups, as metrics. Every instance that works tells the same, as it reads it from
/// the store every minute; ages go on in between.
@Singleton
class BackupGauges {
    private static final Logger LOG = Logger.getLogger(BackupGauges.class);
    private static final Duration BOUND = Duration.ofSeconds(15);

    private final HealthStore health;
    private final AtomicLong missing;
    private final AtomicLong keysLost;
    private final MultiGauge ages;
    private final MultiGauge bytes;

    BackupGauges(HealthStore health, MeterRegistry registry) {
        this.health = health;
        missing = registry.gauge("lockkeeper.backups.missing", new AtomicLong());
        keysLost = registry.gauge("lockkeeper.backup.keys.lost", new AtomicLong());
        ages = MultiGauge.builder("lockkeeper.backup.age")
                .baseUnit("seconds")
                .description("Age of the data in the newest backup that nothing speaks against")
                .register(registry);
        bytes = MultiGauge.builder("lockkeeper.backup.bytes")
                .description("What backups take in each depot")
                .register(registry);
    }

    void refresh() throws InterruptedException {
        try {
            tell(Await.await(health.report(), BOUND), Await.await(health.bytesByDepot(), BOUND));
        } catch (TimeoutException | RuntimeException storeIsAway) {
            LOG.warnf("the metrics of backups stay as they are: %s", storeIsAway.getMessage());
        }
    }

    private void tell(BackupHealthReport report, Map<String, Long> byDepot) {
        missing.set(report.missing());
        keysLost.set(report.keysLost().size());
        ages.register(
                report.targets().stream()
                        .filter(target -> target.newestAt() != null)
                        .map(target ->
                                MultiGauge.Row.of(Tags.of("target", target.target()), target, BackupGauges::ageSeconds))
                        .toList(),
                true);
        bytes.register(
                byDepot.entrySet().stream()
                        .map(depot -> MultiGauge.Row.of(Tags.of("depot", depot.getKey()), depot.getValue()))
                        .toList(),
                true);
    }

    private static double ageSeconds(OfTarget target) {
        return Math.max(0, Duration.between(target.newestAt(), Instant.now()).toMillis() / 1000.0);
    }
}
