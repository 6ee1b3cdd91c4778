package io.lockkeeper.probe;

import io.lockkeeper.job.JobContext;
import io.lockkeeper.job.JobKind;
import io.lockkeeper.job.Limits;
import io.lockkeeper.job.Limits.TargetUse;
import io.lockkeeper.job.Limits.WhenLost;
import jakarta.inject.Singleton;
import java.time.Duration;

/// The probe of a target as a job: for schedules, for chat, and for whoever wants its result kept.
@Singleton
public class ProbeJob implements JobKind<ProbeSpec, ProbeReport> {
    private static final Limits LIMITS =
            new Limits(TargetUse.READS, 2, Duration.ofSeconds(2), Duration.ofSeconds(30), WhenLost.RESTART);

    private final Probe probe;

    ProbeJob(Probe probe) {
        this.probe = probe;
    }

    @Override
    public String name() {
        return "probe";
    }

    @Override
    public String describes() {
        return "Looks at a target: what it is, what may be done on it, and what could not be seen";
    }

    @Override
    public Class<ProbeSpec> specType() {
        return ProbeSpec.class;
    }

    @Override
    public Limits limits() {
        return LIMITS;
    }

    @Override
    public ProbeReport run(ProbeSpec spec, JobContext job) throws Exception {
        return job.step("look", () -> probe.of(job.target(), job::connect));
    }
}
