package io.lockkeeper.job.engine;

import io.lockkeeper.job.JobState;
import io.lockkeeper.job.table.ClaimJobs.Claimed;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// What the engine counts while it works. What can be asked of the store (depth, age) is asked there, see
/// `QueueGauges`.
final class EngineMetrics {
    private final MeterRegistry registry;
    private final Timer commits;
    private final Timer waits;
    private final Counter leasesLost;
    private final Counter jobsLost;
    private final Counter rescued;

    EngineMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.commits = Timer.builder("lockkeeper.ledger.commit")
                .description("One turn of the ledger: accept, finish, tell and claim with one commit")
                .register(registry);
        this.waits = Timer.builder("lockkeeper.job.claim.latency")
                .description("From the acceptance of a job to its first claim")
                .publishPercentileHistogram()
                .register(registry);
        this.leasesLost = Counter.builder("lockkeeper.lease.lost")
                .description("Leases of this instance that ran out")
                .register(registry);
        this.jobsLost = Counter.builder("lockkeeper.lease.lost.jobs")
                .description("Jobs that were running under them")
                .register(registry);
        this.rescued = Counter.builder("lockkeeper.jobs.rescued")
                .description("Jobs that this instance took from dead workers")
                .register(registry);
    }

    void committed(long nanos, List<Claimed> claimed) {
        commits.record(nanos, TimeUnit.NANOSECONDS);
        Instant now = Instant.now();
        for (Claimed job : claimed) {
            if (job.attempt() == 1) {
                Duration wait = Duration.between(job.createdAt().toInstant(), now);
                waits.record(wait.isNegative() ? Duration.ZERO : wait);
            }
        }
    }

    void ended(JobState state) {
        registry.counter("lockkeeper.jobs.ended", "state", state.name()).increment();
    }

    void leaseLost(int jobs) {
        leasesLost.increment();
        jobsLost.increment(jobs);
    }

    void rescued(int jobs) {
        rescued.increment(jobs);
    }
}
