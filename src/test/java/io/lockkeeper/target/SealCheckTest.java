package io.lockkeeper.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockkeeper.TestServers;
import io.lockkeeper.http.Refused;
import io.lockkeeper.postgres.Await;
import io.lockkeeper.postgres.Secret;
import io.lockkeeper.store.StoreAddress;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SealCheckTest {
    private static final Duration BOUND = Duration.ofSeconds(10);

    @TempDir
    Path home;

    Vertx vertx;
    Pool store;

    @BeforeEach
    void open() {
        StoreAddress address = TestServers.freshDatabase();
        vertx = Vertx.vertx();
        store = PgBuilder.pool()
                .connectingTo(new PgConnectOptions()
                        .setHost(address.host())
                        .setPort(address.port())
                        .setDatabase(address.database())
                        .setUser(address.username())
                        .setPassword(address.password().orElseThrow()))
                .using(vertx)
                .build();
    }

    @AfterEach
    void close() {
        vertx.close();
    }

    @Test
    void startsOnlyWithTheKeyThatCredentialsWereSealedWith() throws Exception {
        assertThatCode(() -> start(withoutKey())).doesNotThrowAnyException();

        new DemoTarget(store, with(1), demo(5433)).atStart(null);

        assertThatCode(() -> start(with(1))).doesNotThrowAnyException();
        assertThatThrownBy(() -> start(withoutKey()))
                .hasMessageContaining("does not start")
                .hasMessageContaining("neither LOCKKEEPER_SEAL_KEY nor");
        assertThatThrownBy(() -> start(with(2))).hasMessageContaining("holds the key");
    }

    @Test
    void registersTheDemoOnceAndFollowsItToAnotherPort() throws Exception {
        for (int port : new int[] {5433, 5433, 5434}) {
            new DemoTarget(store, with(1), demo(port)).atStart(null);
        }
        var row = Await.await(
                        store.query("SELECT port, credential_sealed, (SELECT count(*) FROM audit) AS acts FROM target")
                                .execute(),
                        BOUND)
                .iterator()
                .next();
        assertThat(row.getInteger("port")).isEqualTo(5434);
        assertThat(row.getLong("acts")).isEqualTo(2);
        var kept = KeptCredential.sealed(row.getString("credential_sealed"));
        assertThat(with(1).reveal("demo", kept)).isEqualTo(new Secret("demo"));
        assertThatThrownBy(() -> with(1).reveal("orders", kept)).isInstanceOf(Refused.class);
        assertThatThrownBy(() -> with(2).reveal("demo", kept)).isInstanceOf(Refused.class);
    }

    @Test
    void refusesValuesWithoutAKeyAndMakesNoneInProduction() {
        var value = new CredentialSpec(null, null, new Secret("opensesame"));
        assertThatThrownBy(() -> withoutKey().keep("orders", value))
                .isInstanceOfSatisfying(
                        Refused.class,
                        refused -> assertThat(refused.problem().code()).isEqualTo("seal-key-missing"));
        assertThat(value.toString()).doesNotContain("opensesame");
        assertThat(home).isEmptyDirectory();
    }

    private void start(Credentials credentials) throws Exception {
        new SealCheck(store, credentials).atStart(null);
    }

    private Credentials withoutKey() {
        return credentials(Map.of());
    }

    private Credentials with(int key) {
        byte[] bytes = new byte[32];
        bytes[0] = (byte) key;
        return credentials(Map.of("lockkeeper.seal.key", Base64.getEncoder().encodeToString(bytes)));
    }

    private Credentials credentials(Map<String, String> settings) {
        var config = new SmallRyeConfigBuilder()
                .withMapping(SealConfig.class)
                .withMapping(SecretsConfig.class)
                .withDefaultValues(settings)
                .build();
        return new Credentials(
                config.getConfigMapping(SecretsConfig.class), config.getConfigMapping(SealConfig.class), home);
    }

    private static DemoTarget.DemoConfig demo(int port) {
        return new SmallRyeConfigBuilder()
                .withMapping(DemoTarget.DemoConfig.class)
                .withDefaultValues(Map.of(
                        "lockkeeper.demo.host", "localhost",
                        "lockkeeper.demo.port", "" + port,
                        "lockkeeper.demo.database", "demo",
                        "lockkeeper.demo.username", "demo",
                        "lockkeeper.demo.password", "demo"))
                .build()
                .getConfigMapping(DemoTarget.DemoConfig.class);
    }
}
