package io.lockkeeper.job;

import io.lockkeeper.job.engine.WorkerConfig;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// What features do again and again while the application runs. Each instance does it: twice has to be harmless.
@Singleton
public class Loops {
    private final boolean works;
    private final List<Loop> loops = new ArrayList<>();
    private boolean running;

    /// Something that is always done at the same pace.
    @FunctionalInterface
    public interface Work {
        void once() throws Exception;
    }

    Loops(WorkerConfig config) {
        this.works = config.enabled();
    }

    /// For an instance that does jobs; on one that only answers requests it never starts.
    public Loop onWorkers(String name, Duration pace, Work work) {
        Loop loop = loop(name, pace, work);
        return works ? add(loop) : loop;
    }

    public Loop everywhere(String name, Duration pace, Work work) {
        return add(loop(name, pace, work));
    }

    private static Loop loop(String name, Duration pace, Work work) {
        return new Loop(name, pace, () -> {
            work.once();
            return null;
        });
    }

    public synchronized Loop add(Loop loop) {
        loops.add(loop);
        return running ? loop.start() : loop;
    }

    synchronized void start(@Observes StartupEvent up) {
        running = true;
        loops.forEach(Loop::start);
    }

    synchronized void stop(@Observes ShutdownEvent down) {
        loops.forEach(Loop::close);
    }
}
