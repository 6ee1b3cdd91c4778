package io.lockkeeper.schedule;

import io.lockkeeper.http.Problem;
import io.lockkeeper.job.JobContext;
import io.lockkeeper.job.JobKind;
import io.lockkeeper.job.Limits;
import io.lockkeeper.job.Limits.TargetUse;
import io.lockkeeper.job.Limits.WhenLost;
import io.lockkeeper.job.PermanentFailure;
import jakarta.validation.constraints.Max;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A kind whose jobs end at once, or when the test lets them.
record Tick(String name, TargetUse use, CountDownLatch ends) implements JobKind<Tick.Spec, Tick.Result> {

    record Spec(
            @Nullable Boolean waits,
            @Nullable Boolean fails,
            @Nullable @Max(10) Integer most) {}

    record Result() {}

    @Override
    public String describes() {
        return "for tests";
    }

    @Override
    public Class<Spec> specType() {
        return Spec.class;
    }

    @Override
    public Limits limits() {
        return new Limits(use, 1, Duration.ZERO, Duration.ofMinutes(1), WhenLost.RESTART);
    }

    @Override
    public Result run(Spec spec, JobContext job) throws InterruptedException {
        if (Boolean.TRUE.equals(spec.waits()) && !ends.await(30, TimeUnit.SECONDS)) {
            throw new IllegalStateException("nobody let it end");
        }
        if (Boolean.TRUE.equals(spec.fails())) {
            throw new PermanentFailure(Problem.unprocessable("no-tick", "It failed, as it should."));
        }
        return new Result();
    }
}
