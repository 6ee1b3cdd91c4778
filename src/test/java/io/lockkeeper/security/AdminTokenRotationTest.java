package io.lockkeeper.security;

import static io.lockkeeper.postgres.Await.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.TestServers;
import io.lockkeeper.store.StoreAddress;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What the admin token does to the store at a start in production, as the serving role.
class AdminTokenRotationTest {
    private static final String FIRST = "Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MGFiY2RlZmdo";
    private static final String SECOND = "c2Vjb25kLW9uZS1vZi1hbGwtYWRtaW4tdG9rZW5z";

    private final Vertx vertx = Vertx.vertx();
    private Pool pool;

    @BeforeEach
    void connect() {
        StoreAddress store = TestServers.freshStore().serving();
        pool = PgBuilder.pool()
                .connectingTo(new PgConnectOptions()
                        .setHost(store.host())
                        .setPort(store.port())
                        .setDatabase(store.database())
                        .setUser(store.username())
                        .setPassword(store.password().orElseThrow()))
                .using(vertx)
                .build();
    }

    @AfterEach
    void disconnect() throws Exception {
        await(pool.close(), Duration.ofSeconds(10));
        await(vertx.close(), Duration.ofSeconds(10));
    }

    @Test
    void isEstablishedOnceHoweverOftenTheServiceStarts() throws Exception {
        start(Optional.of(FIRST));
        start(Optional.of(FIRST));

        assertThat(works(FIRST)).isTrue();
        assertThat(count("FROM token")).isEqualTo(1);
        assertThat(count("FROM audit WHERE action = 'token.create' AND subject = 'lockkeeper' AND via = 'start'"))
                .isEqualTo(1);
    }

    @Test
    void takesThePlaceOfTheFormerOne() throws Exception {
        start(Optional.of(FIRST));
        start(Optional.of(SECOND));

        assertThat(works(FIRST)).isFalse();
        assertThat(works(SECOND)).isTrue();
        assertThat(count("FROM audit WHERE action = 'token.revoke'")).isEqualTo(1);
    }

    @Test
    void staysRevokedIfItWas() throws Exception {
        start(Optional.of(FIRST));
        await(pool.query("UPDATE token SET revoked_at = now()").execute(), Duration.ofSeconds(10));

        start(Optional.of(FIRST));

        assertThat(works(FIRST)).isFalse();
        assertThat(count("FROM token")).isEqualTo(1);
    }

    @Test
    void isNotMadeUpInProduction() throws Exception {
        start(Optional.empty());

        assertThat(count("FROM token")).isZero();
    }

    private void start(Optional<String> provided) throws Exception {
        new AdminToken(
                        profile -> profile.equals("prod"),
                        pool,
                        new AuditStore(new io.vertx.mutiny.sqlclient.Pool(pool)),
                        new ProvidedToken(provided, Optional.empty()),
                        new DevelopmentToken(Path.of("target/never")),
                        List.of(Role.ADMIN))
                .atStart(null);
    }

    private boolean works(String token) {
        return new KnownCallers(new io.vertx.mutiny.sqlclient.Pool(pool), Duration.ZERO)
                .callerOf(BearerToken.parse(token).orElseThrow())
                .await()
                .atMost(Duration.ofSeconds(30))
                .isPresent();
    }

    private long count(String from) throws Exception {
        return await(pool.query("SELECT count(*) " + from).execute(), Duration.ofSeconds(10))
                .iterator()
                .next()
                .getLong(0);
    }
}
