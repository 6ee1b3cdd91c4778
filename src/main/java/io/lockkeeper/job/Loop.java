package io.lockkeeper.job;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/// Something that is done again and again on a virtual thread of its own: when it is woken, and otherwise at its pace.
/// What fails is logged and done again.
public final class Loop implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Loop.class);

    private final String name;
    private final Duration pace;
    private final Body body;
    private final Semaphore bell = new Semaphore(0);
    private final Thread thread;
    private volatile boolean closed;

    /// @return how long to wait before the next time; null: the usual pace
    @FunctionalInterface
    public interface Body {
        Duration once() throws Exception;
    }

    public Loop(String name, Duration pace, Body body) {
        this.name = name;
        this.pace = pace;
        this.body = body;
        this.thread = Thread.ofVirtual().name("lockkeeper-" + name).unstarted(this::run);
    }

    public Loop start() {
        thread.start();
        return this;
    }

    public void wake() {
        bell.release();
    }

    private void run() {
        boolean failing = false;
        while (!closed) {
            Duration pause = pace;
            try {
                Duration wanted = body.once();
                pause = wanted == null ? pace : wanted;
                failing = false;
            } catch (InterruptedException _) {
                continue;
            } catch (Throwable failed) { // an Error must not end what keeps this instance going
                LOG.logf(failing ? Logger.Level.DEBUG : Logger.Level.WARN, "%s failed, trying again: %s", name, failed);
                failing = true;
            }
            rest(pause);
        }
    }

    private void rest(Duration pause) {
        try {
            if (bell.tryAcquire(pause.toNanos(), TimeUnit.NANOSECONDS)) {
                bell.drainPermits();
            }
        } catch (InterruptedException _) {
            // closing: the condition of the loop says so
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }
}
