package io.lockkeeper.store;

import io.quarkus.reactive.pg.client.PgPoolCreator;
import io.vertx.pgclient.PgBuilder;
import io.vertx.sqlclient.Pool;
import jakarta.inject.Singleton;

/// The pool of the store, with one thing that Quarkus has no setting for: by default the client prepares statements of
/// more than 2,048 characters anew each time, and ours are longer.
@Singleton
class StorePool implements PgPoolCreator {
    private static final int LONGEST_STATEMENT = 16 * 1024;

    @Override
    public Pool create(Input input) {
        input.pgConnectOptionsList().forEach(options -> options.setPreparedStatementCacheSqlLimit(LONGEST_STATEMENT));
        return PgBuilder.pool()
                .with(input.poolOptions())
                .connectingTo(input.pgConnectOptionsList().getFirst())
                .using(input.vertx())
                .build();
    }
}
