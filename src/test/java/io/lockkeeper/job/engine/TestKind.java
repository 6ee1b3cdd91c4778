package io.lockkeeper.job.engine;

import io.lockkeeper.job.JobContext;
import io.lockkeeper.job.JobKind;
import io.lockkeeper.job.Limits;
import io.lockkeeper.job.Limits.TargetUse;
import io.lockkeeper.job.Limits.WhenLost;
import java.time.Duration;

/// A kind whose work is a lambda of the test.
record TestKind(String name, Limits limits, Work work) implements JobKind<TestKind.Spec, TestKind.Result> {
    static final Limits READING =
            new Limits(TargetUse.READS, 3, Duration.ofMillis(50), Duration.ofMinutes(5), WhenLost.RESTART);

    record Spec() {}

    record Result(String said) {}

    @FunctionalInterface
    interface Work {
        String run(JobContext job) throws Exception;
    }

    static TestKind of(String name, Work work) {
        return new TestKind(name, READING, work);
    }

    TestKind with(Limits other) {
        return new TestKind(name, other, work);
    }

    @Override
    public String describes() {
        return "for tests";
    }

    @Override
    public Class<Spec> specType() {
        return Spec.class;
    }

    @Override
    public Result run(Spec spec, JobContext job) throws Exception {
        return new Result(work.run(job));
    }
}
