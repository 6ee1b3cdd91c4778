package io.lockkeeper.backup;

import java.io.IOException;
import java.io.UncheckedIOException;

/// Work that goes on beside what the job's own thread does. When it fails, that thread is interrupted, for it may wait
/// for hours, and asks [#throwFailure] why.
final class Beside implements AutoCloseable {
    private final Thread owner = Thread.currentThread();
    private final Thread thread;
    private boolean left;
    private volatile Throwable failure; // a RuntimeException or an Error

    interface Work {
        void run() throws IOException, InterruptedException;
    }

    Beside(String name, Work work) {
        this.thread = Thread.ofVirtual().name(name).start(() -> run(work));
    }

    private void run(Work work) {
        try {
            work.run();
        } catch (InterruptedException ended) {
            // Only `close` does that.
        } catch (IOException broken) {
            fail(new UncheckedIOException(broken));
        } catch (RuntimeException | Error broken) {
            fail(broken);
        }
    }

    private synchronized void fail(Throwable broken) {
        if (!left) {
            failure = broken;
            owner.interrupt();
        }
    }

    /// Until it has ended, and well.
    void await() throws InterruptedException {
        try {
            thread.join();
        } finally {
            throwFailure();
        }
    }

    void throwFailure() {
        Throwable why = failure;
        if (why != null) {
            Thread.interrupted(); // it was our own
        }
        if (why instanceof Error error) {
            throw error;
        }
        if (why instanceof RuntimeException broken) {
            throw broken;
        }
    }

    /// Ends what still goes on, and waits for that.
    @Override
    public void close() {
        synchronized (this) {
            left = true;
        }
        thread.interrupt();
        boolean interrupted = Thread.interrupted();
        try {
            thread.join();
        } catch (InterruptedException hurry) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
