package io.lockkeeper.depot;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.TimeUnit;

/// Lets so many bytes pass in a second and no more, whoever brings them. For any number of threads: everybody
/// waits for as long as what came before needs.
final class Throttle {
    static final long SLOWEST = 1024;

    private final long bytesPerSecond;
    private long freeAt = System.nanoTime();

    Throttle(long bytesPerSecond) {
        this.bytesPerSecond = bytesPerSecond;
    }

    void take(int bytes) throws IOException {
        long wait = reserve(bytes);
        if (wait > 0) {
            try {
                TimeUnit.NANOSECONDS.sleep(wait);
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while it waited for its turn to write");
            }
        }
    }

    private synchronized long reserve(int bytes) {
        long now = System.nanoTime();
        long from = freeAt - now > 0 ? freeAt : now;
        freeAt = from + Math.round(bytes * 1e9 / bytesPerSecond);
        return freeAt - now;
    }
}
