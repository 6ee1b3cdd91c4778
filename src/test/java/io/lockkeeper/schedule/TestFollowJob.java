package io.lockkeeper.schedule;

import io.lockkeeper.job.JobContext;
import io.lockkeeper.job.JobKind;
import io.lockkeeper.job.Limits;
import io.lockkeeper.job.Limits.TargetUse;
import io.lockkeeper.job.Limits.WhenLost;
import jakarta.inject.Singleton;
import jakarta.validation.constraints.Positive;
import java.time.Duration;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// A kind for tests that wants to know which job of kind `test-count` or `tick` it follows.
@Singleton
public class TestFollowJob implements JobKind<TestFollowJob.Spec, TestFollowJob.Result> {
    private static final Limits LIMITS =
            new Limits(TargetUse.NONE, 1, Duration.ZERO, Duration.ofMinutes(1), WhenLost.RESTART);

    @Schema(hidden = true)
    record Spec(
            @Nullable @Positive Long testCount,
            @Nullable @Positive Long tick) {}

    record Result(@Nullable Long after) {}

    @Override
    public String name() {
        return "test-follow";
    }

    @Override
    public String describes() {
        return "Follows another job, for tests";
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
    public Result run(Spec spec, JobContext job) {
        return new Result(spec.testCount() == null ? spec.tick() : spec.testCount());
    }
}
