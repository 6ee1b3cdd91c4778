package io.lockkeeper.job;

import io.lockkeeper.job.Limits.TargetUse;
import io.lockkeeper.job.Limits.WhenLost;
import jakarta.inject.Singleton;
import java.time.Duration;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/// A kind for tests that changes its target, as far as anybody can tell: it takes the right to, and then only looks.
@Singleton
public class TestChangeJob implements JobKind<TestChangeJob.Spec, TestChangeJob.Result> {
    private static final Limits LIMITS =
            new Limits(TargetUse.CHANGES, 1, Duration.ZERO, Duration.ofMinutes(1), WhenLost.FAIL);

    @Schema(hidden = true)
    public record Spec() {}

    public record Result(String database) {}

    @Override
    public String name() {
        return "test-change";
    }

    @Override
    public String describes() {
        return "Excludes others of its kind, for tests";
    }

    @Override
    public Class<Spec> specType() {
        return Spec.class;
    }

    @Override
    public Limits limits() {
        return LIMITS;
    }

    @Override
    public Result run(Spec spec, JobContext job) throws Exception {
        return new Result(job.connect().one("SELECT current_database()").getString(0));
    }
}
