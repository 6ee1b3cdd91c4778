package io.lockkeeper.job.engine;

import static io.lockkeeper.postgres.Await.await;

import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import java.time.Duration;
import java.util.concurrent.TimeoutException;

/// One connection of the pool that the engine keeps for itself, so that a crowd at the edge cannot starve it. Used by
/// one thread.
final class StoreConnection implements AutoCloseable {
    // The server would plan our long statements anew each time, in the vain hope that this time it pays.
    private static final String PLAN_ONCE = "SET plan_cache_mode = force_generic_plan";
    private static final Duration CONNECT_BOUND = Duration.ofSeconds(10);

    private final Pool pool;
    private volatile SqlConnection connection;

    StoreConnection(Pool pool) {
        this.pool = pool;
    }

    SqlConnection get() throws InterruptedException, TimeoutException {
        if (connection == null) {
            SqlConnection fresh = await(pool.getConnection(), CONNECT_BOUND);
            await(fresh.query(PLAN_ONCE).execute(), CONNECT_BOUND);
            fresh.closeHandler(_ -> connection = connection == fresh ? null : connection);
            connection = fresh;
        }
        return connection;
    }

    /// After a failure whose extent is unknown: whatever is open on it ends on the server too.
    void discard() {
        SqlConnection broken = connection;
        connection = null;
        if (broken != null) {
            broken.query("ROLLBACK").execute().onComplete(_ -> broken.close());
        }
    }

    @Override
    public void close() {
        SqlConnection healthy = connection;
        connection = null;
        if (healthy != null) {
            healthy.close();
        }
    }
}
