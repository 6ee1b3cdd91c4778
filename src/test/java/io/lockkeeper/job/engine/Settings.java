package io.lockkeeper.job.engine;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/// Settings that make tests quick.
record Settings(
        boolean enabled, int slots, Duration lease, Duration grace, Map<String, String> labels, Duration keepHistory)
        implements WorkerConfig {
    static final Settings QUICK =
            new Settings(true, 8, Duration.ofSeconds(2), Duration.ofSeconds(1), Map.of(), Duration.ofDays(90));

    Settings withSlots(int slots) {
        return new Settings(enabled, slots, lease, grace, labels, keepHistory);
    }

    Settings withoutWorker() {
        return new Settings(false, slots, lease, grace, labels, keepHistory);
    }

    Settings withLease(Duration lease) {
        return new Settings(enabled, slots, lease, grace, labels, keepHistory);
    }

    Settings withGrace(Duration grace) {
        return new Settings(enabled, slots, lease, grace, labels, keepHistory);
    }

    Settings withLabels(Map<String, String> labels) {
        return new Settings(enabled, slots, lease, grace, labels, keepHistory);
    }

    Settings withKeepHistory(Duration keepHistory) {
        return new Settings(enabled, slots, lease, grace, labels, keepHistory);
    }

    @Override
    public Optional<String> name() {
        return Optional.empty();
    }

    @Override
    public Path directory() {
        return Path.of("target", "engine-test", "work");
    }

    @Override
    public Duration renewEvery() {
        return lease.dividedBy(8);
    }

    @Override
    public Duration pollEvery() {
        return Duration.ofMillis(250);
    }
}
