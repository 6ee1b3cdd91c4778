package io.lockkeeper.store;

import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.lockkeeper.postgres.Await;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.concurrent.TimeoutException;

/// What our own database answers, for code that may block. A store that is silent is a problem that passes.
public final class StoreAnswer {
    /// No statement of ours takes longer: the pool's connections cut it off at this.
    private static final Duration BOUND = Duration.ofSeconds(10);

    private StoreAnswer() {}

    public static <T> T await(Future<T> answer) throws InterruptedException {
        return await(answer, BOUND);
    }

    /// For a transaction of several statements.
    public static <T> T await(Future<T> answer, Duration bound) throws InterruptedException {
        try {
            return Await.await(answer, bound);
        } catch (TimeoutException late) {
            throw new Refused(Problem.unavailable("The store does not answer.", 1));
        }
    }
}
