package io.lockkeeper.postgres;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// The one door from straight-line code on a virtual thread to the event loop. Every wait has a bound and
/// ends at an interrupt; neither stops what is waited for.
public final class Await {
    private Await() {}

    public static <T> T await(Future<T> future, Duration bound) throws InterruptedException, TimeoutException {
        try {
            return future.toCompletionStage().toCompletableFuture().get(bound.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException failed) {
            throw unwrapped(failed.getCause());
        }
    }

    private static RuntimeException unwrapped(Throwable cause) {
        if (cause instanceof Error error) {
            throw error;
        }
        return cause instanceof RuntimeException unchecked ? unchecked : new IllegalStateException(cause);
    }
}
