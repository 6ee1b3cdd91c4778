package io.lockkeeper.store;

import io.quarkus.reactive.pg.client.PgPoolCreator;
import io.vertx.pgclient.PgBuilder;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnectOptions;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// The serving role's pool, with what Quarkus has no setting for: every wait for the store has a bound, for
/// a new connection and for a free one, and the pool can be seen in the metrics.
@Singleton
class StorePool implements PgPoolCreator {
    private static final int CONNECT_MILLIS = 5_000;
    private static final int WAIT_SECONDS = 5;
    private static final int LONGEST_QUEUE = 10_000;
    /// Longer statements would be prepared anew each time; the client's own limit is 2,048 characters, and
    /// ours are longer.
    private static final int LONGEST_STATEMENT = 16 * 1024;

    @Override
    public Pool create(Input input) {
        input.pgConnectOptionsList().forEach(options -> options.setConnectTimeout(CONNECT_MILLIS)
                .setPreparedStatementCacheSqlLimit(LONGEST_STATEMENT));
        var options = input.poolOptions()
                .setName("store")
                .setConnectionTimeout(WAIT_SECONDS)
                .setConnectionTimeoutUnit(TimeUnit.SECONDS)
                .setMaxWaitQueueSize(LONGEST_QUEUE);
        return PgBuilder.pool()
                .with(options)
                .connectingTo(List.<SqlConnectOptions>copyOf(input.pgConnectOptionsList()))
                .using(input.vertx())
                .build();
    }
}
