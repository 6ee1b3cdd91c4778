package io.lockkeeper.sleep;

import io.lockkeeper.http.Durations;
import io.lockkeeper.job.JobContext;
import io.lockkeeper.job.JobKind;
import io.lockkeeper.job.Limits;
import io.lockkeeper.job.Limits.TargetUse;
import io.lockkeeper.job.Limits.WhenLost;
import io.lockkeeper.postgres.PgSession;
import io.quarkus.arc.lookup.LookupIfProperty;
import jakarta.inject.Singleton;
import java.time.Duration;

/// Sleeps on the target's server. For trying out cancellation, streams and load; production does not know this kind.
@Singleton
@LookupIfProperty(name = "lockkeeper.sleep.enabled", stringValue = "true")
public class SleepJob implements JobKind<SleepSpec, SleepResult> {
    private static final Limits LIMITS =
            new Limits(TargetUse.READS, 3, Duration.ofSeconds(1), Duration.ofHours(2), WhenLost.RESTART);

    @Override
    public String name() {
        return "sleep";
    }

    @Override
    public String describes() {
        return "Sleeps on the target's server, for trying things out";
    }

    @Override
    public Class<SleepSpec> specType() {
        return SleepSpec.class;
    }

    @Override
    public Limits limits() {
        return LIMITS;
    }

    @Override
    public SleepResult run(SleepSpec spec, JobContext job) throws Exception {
        long began = System.nanoTime();
        PgSession session = job.connect().within(spec.duration().plusMinutes(1));
        job.log("sleeping for " + Durations.format(spec.duration()));
        job.step(
                "sleep",
                () -> session.query("SELECT pg_sleep($1)", spec.duration().toMillis() / 1000.0));
        return new SleepResult(Duration.ofNanos(System.nanoTime() - began));
    }
}
