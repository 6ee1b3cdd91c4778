package io.lockkeeper.target;

import io.lockkeeper.postgres.Await;
import io.lockkeeper.postgres.Secret;
import io.quarkus.logging.Log;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.config.ConfigMapping;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Tuple;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeoutException;

/// Registers the demo database of a developer's Lockkeeper, or tells where it is now: the embedded server
/// may come up on another port. Whoever deletes the target gets it back at the next start.
@Singleton
class DemoTarget {
    private static final String NAME = "demo";
    private static final String REGISTER = """
            WITH registered AS (
                INSERT INTO target (name, engine, host, port, database, username, credential_sealed, tls_mode, labels)
                VALUES ($1, 'postgresql', $2, $3, $4, $5, $6, 'disable', '{"env": "demo"}')
                ON CONFLICT (name) DO UPDATE
                SET host = excluded.host, port = excluded.port, version = target.version + 1, updated_at = clock_timestamp()
                WHERE target.labels @> '{"env": "demo"}'
                  AND (target.host, target.port) IS DISTINCT FROM (excluded.host, excluded.port)
                RETURNING name)
            INSERT INTO audit (subject, via, action, target, object)
            SELECT 'lockkeeper', 'start', 'target.create', name, 'target/' || name FROM registered""";

    private final Pool store;
    private final Credentials credentials;
    private final DemoConfig demo;

    @ConfigMapping(prefix = "lockkeeper.demo")
    interface DemoConfig {
        Optional<String> host();

        Optional<Integer> port();

        Optional<String> database();

        Optional<String> username();

        Optional<String> password();
    }

    DemoTarget(Pool store, Credentials credentials, DemoConfig demo) {
        this.store = store;
        this.credentials = credentials;
        this.demo = demo;
    }

    /// After the seal was checked, before the engine starts.
    void atStart(@Observes @Priority(200) StartupEvent start) throws InterruptedException, TimeoutException {
        if (demo.host().isEmpty()) {
            return;
        }
        CredentialSpec password =
                new CredentialSpec(null, null, new Secret(demo.password().orElseThrow()));
        Tuple values = Tuple.of(
                NAME,
                demo.host().get(),
                demo.port().orElseThrow(),
                demo.database().orElseThrow(),
                demo.username().orElseThrow(),
                credentials.keep(NAME, password).sealed());
        Await.await(store.preparedQuery(REGISTER).execute(values), Duration.ofSeconds(30));
        Log.infof("The target %s is a database to try things on.", NAME);
    }
}
