package io.lockkeeper.restore;

import java.io.IOException;
import java.time.Duration;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// Work that goes on beside the job's own: bringing files from a depot. On a thread of the platform's, for opening and
/// unpacking give no other work a turn.
final class Beside implements AutoCloseable {
    private static final Duration LEAVING = Duration.ofSeconds(10);

    private final Thread thread;
    private volatile @Nullable Throwable failure;
    private volatile boolean gone;

    /// What is to be done. It tells of each piece, and ends by what that throws.
    @FunctionalInterface
    interface Work {
        void run(LongConsumer written) throws IOException;
    }

    private Beside(String name, Phases phases, Work work) {
        this.thread = Thread.ofPlatform().daemon().name("restore-" + name).start(() -> {
            long start = System.nanoTime();
            try {
                work.run(this::check);
            } catch (IOException | RuntimeException | Error broken) {
                failure = broken;
            } finally {
                phases.add(name, start, true);
            }
        });
    }

    /// @param name of the phase
    static Beside start(String name, Phases phases, Work work) {
        return new Beside(name, phases, work);
    }

    private void check(long written) {
        if (gone) {
            throw new IllegalStateException("nobody wants it any more");
        }
    }

    /// Returns when all of it is done; throws what it threw.
    void await() throws InterruptedException, IOException {
        thread.join();
        switch (failure) {
            case null -> {}
            case IOException broken -> throw broken;
            case RuntimeException broken -> throw broken;
            case Error broken -> throw broken;
            default -> throw new IllegalStateException(failure);
        }
    }

    @Override
    public void close() {
        gone = true;
        try {
            thread.join(LEAVING);
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        }
    }
}
