package io.lockkeeper.job.engine;

import static io.lockkeeper.postgres.Await.await;

import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import java.time.Duration;
import java.util.concurrent.TimeoutException;

/// One connection of the pool that the engine keeps for itself, so that a crowd at the edge cannot starve it. Used by
/// one thread.
final class StoreConnection implements AutoCloseable {
    private static final Duration CONNECT_BOUND = Duration.ofSeconds(10);

    private final Pool pool;
    private volatile SqlConnection connection;

    StoreConnection(Pool pool) {
        this.pool = pool;
    }

    SqlConnection get() throws InterruptedException, TimeoutException {
        if (connection == null) {
            SqlConnection fresh = connect();
            fresh.closeHandler(_ -> connection = connection == fresh ? null : connection);
            connection = fresh;
        }
        return connection;
    }

    /// A store that does not let us in has not refused what we would write: that fails in another way.
    private SqlConnection connect() throws InterruptedException, TimeoutException {
        try {
            return await(pool.getConnection(), CONNECT_BOUND);
        } catch (PgException refused) {
            throw new IllegalStateException("no connection to the store: " + refused.getMessage(), refused);
        }
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
        SqlConnection idle = connection;
        connection = null;
        if (idle != null) {
            idle.close();
        }
    }
}
