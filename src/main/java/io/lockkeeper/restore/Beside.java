package io.lockkeeper.restore;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Work that goes on beside the job's own, such as bringing files from a depot. On a thread of the platform's, for
/// opening and unpacking give no other work a turn.
final class Beside implements AutoCloseable {
    private static final Duration LEAVING = Duration.ofSeconds(10);

    private final List<Thread> threads;
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private volatile boolean gone;

    /// What is to be done. It tells of each piece, and ends by what that throws.
    @FunctionalInterface
    interface Work {
        void run(LongConsumer written) throws IOException, InterruptedException;
    }

    private Beside(String name, boolean untilUsable, int threads, Phases phases, Work work) {
        long start = System.nanoTime();
        AtomicInteger atWork = new AtomicInteger(threads);
        this.threads = Stream.generate(() -> Thread.ofPlatform()
                        .daemon()
                        .name("restore-" + name)
                        .unstarted(() -> {
                            run(work);
                            if (atWork.decrementAndGet() == 0) {
                                phases.add(name, start, untilUsable);
                            }
                        }))
                .limit(threads)
                .toList();
        this.threads.forEach(Thread::start);
    }

    /// @param name of the phase
    /// @param untilUsable whether somebody who needs the data waits for this
    static Beside start(String name, boolean untilUsable, Phases phases, Work work) {
        return start(name, untilUsable, 1, phases, work);
    }

    /// @param threads all do the same work, which shares itself out
    static Beside start(String name, boolean untilUsable, int threads, Phases phases, Work work) {
        return new Beside(name, untilUsable, threads, phases, work);
    }

    private void run(Work work) {
        try {
            work.run(this::check);
        } catch (IOException | InterruptedException | RuntimeException | Error broken) {
            failure.compareAndSet(null, broken);
            gone = true;
        }
    }

    private void check(long written) {
        if (gone) {
            throw new IllegalStateException("nobody wants it any more");
        }
    }

    /// Returns when all of it is done; throws what it threw.
    void await() throws InterruptedException, IOException {
        for (Thread thread : threads) {
            thread.join();
        }
        switch (failure.get()) {
            case null -> {}
            case IOException broken -> throw broken;
            case RuntimeException broken -> throw broken;
            case Error broken -> throw broken;
            case Throwable broken -> throw new IllegalStateException(broken);
        }
    }

    @Override
    public void close() {
        gone = true;
        try {
            for (Thread thread : threads) {
                thread.join(LEAVING);
            }
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        }
    }
}
