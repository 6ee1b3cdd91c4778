package io.lockkeeper.restore;

import io.lockkeeper.depot.DepotFailure;
import io.lockkeeper.job.JobContext;
import io.lockkeeper.postgres.ConnectFailure;
import io.lockkeeper.postgres.PgFailure;
import io.lockkeeper.postgres.SandboxFailure;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;

/// The clock of one restore test. From any thread, but for `time`, which is for the job's own.
final class Phases {
    private final JobContext job;
    private final List<Phase> phases = new CopyOnWriteArrayList<>();
    private final Instant began = Instant.now();
    private final long beganNanos = System.nanoTime();

    Phases(JobContext job) {
        this.job = job;
    }

    /// A step of the job, and a phase.
    ///
    /// @param untilUsable whether somebody who needs the data waits for this
    <T> T time(String name, boolean untilUsable, JobContext.Work<T> work) throws Exception {
        long start = System.nanoTime();
        try {
            return step(name, work);
        } finally {
            add(name, start, untilUsable);
        }
    }

    /// A step of the job that only waits for what runs beside it. One that finds a backup broken has not failed.
    <T> T step(String name, JobContext.Work<T> work) throws Exception {
        AtomicReference<RuntimeException> broken = new AtomicReference<>();
        T result = job.step(name, () -> run(work, broken));
        if (broken.get() != null) {
            throw broken.get();
        }
        return result;
    }

    private static <T> T run(JobContext.Work<T> work, AtomicReference<RuntimeException> broken) throws Exception {
        try {
            return work.run();
        } catch (DepotFailure.Damaged | DepotFailure.Missing | Unrestorable found) {
            broken.set(found);
            return null;
        } catch (SandboxFailure failure) {
            throw SandboxProblems.of(failure);
        } catch (ConnectFailure | PgFailure failure) { // the one server that is talked to is ours
            throw SandboxProblems.failed(failure.getMessage());
        }
    }

    /// Something that ran beside the steps, and ends now.
    void add(String name, long startNanos, boolean untilUsable) {
        phases.add(new Phase(name, (System.nanoTime() - startNanos) / 1_000_000, untilUsable));
    }

    Instant began() {
        return began;
    }

    long elapsedMs() {
        return Duration.ofNanos(System.nanoTime() - beganNanos).toMillis();
    }

    List<Phase> list() {
        return List.copyOf(phases);
    }
}
