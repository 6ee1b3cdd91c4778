package io.lockkeeper.job;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.lockkeeper.http.Problem;
import io.lockkeeper.job.Limits.TargetUse;
import io.lockkeeper.job.Limits.WhenLost;
import jakarta.inject.Singleton;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Size;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// A kind for tests that has no target, and more to be said wrongly in its spec than the others.
@Singleton
public class TestCountJob implements JobKind<TestCountJob.Spec, TestCountJob.Result> {
    private static final Limits LIMITS =
            new Limits(TargetUse.NONE, 1, Duration.ZERO, Duration.ofMinutes(1), WhenLost.RESTART);

    enum How {
        @JsonProperty("up")
        UP,
        @JsonProperty("down")
        DOWN
    }

    record Pause(
            @Min(0) @Schema(examples = "1") int after,
            @Nullable Duration lasting) {}

    @Schema(hidden = true)
    record Spec(
            @Min(1) @Max(1000) int to,
            @Nullable How how,
            @Nullable Boolean fail,
            @Nullable @Size(max = 2) List<@Size(min = 1, max = 10) String> words,
            @Nullable Map<String, Integer> weights,
            @Nullable Pause pause) {}

    record Result(int counted) {}

    @Override
    public String name() {
        return "test-count";
    }

    @Override
    public String describes() {
        return "Counts, for tests";
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
        if (Boolean.TRUE.equals(spec.fail())) {
            throw new PermanentFailure(Problem.unprocessable("cannot-count", "Counting failed, as it should."));
        }
        job.progress(100, "counted");
        return new Result(spec.to());
    }
}
