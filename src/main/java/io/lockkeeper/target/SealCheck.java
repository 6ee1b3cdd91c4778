package io.lockkeeper.target;

import io.lockkeeper.postgres.Await;
import io.quarkus.runtime.StartupEvent;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.stream.StreamSupport;

/// Refuses to start without the key that the store's credentials were sealed with: a service that comes up
/// and fails every job, or quietly seals the next one with another key, is worse.
@Singleton
class SealCheck {
    private static final String SEALED_WITH = """
            SELECT split_part(credential_sealed, ':', 2) AS key, count(*) AS n, min(name) AS example
            FROM target WHERE credential_sealed IS NOT NULL GROUP BY 1""";

    private final Pool store;
    private final Credentials credentials;

    SealCheck(Pool store, Credentials credentials) {
        this.store = store;
        this.credentials = credentials;
    }

    void atStart(@Observes @Priority(100) StartupEvent start) throws InterruptedException, TimeoutException {
        Optional<String> key = credentials.key().map(SealKey::id);
        var rows = Await.await(store.query(SEALED_WITH).execute(), Duration.ofSeconds(30));
        StreamSupport.stream(rows.spliterator(), false)
                .filter(row -> !row.getString("key").equals(key.orElse("")))
                .findFirst()
                .ifPresent(row -> {
                    throw new IllegalStateException(sentence(row, key));
                });
    }

    private static String sentence(Row row, Optional<String> key) {
        return "Lockkeeper does not start: " + row.getLong("n") + " targets (such as " + row.getString("example")
                + ") have credentials sealed with the key " + row.getString("key")
                + key.map(id -> ", but LOCKKEEPER_SEAL_KEY or LOCKKEEPER_SEAL_KEY_FILE holds the key " + id)
                        .orElse(", and neither LOCKKEEPER_SEAL_KEY nor LOCKKEEPER_SEAL_KEY_FILE is set")
                + ".";
    }
}
