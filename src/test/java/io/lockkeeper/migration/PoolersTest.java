package io.lockkeeper.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockkeeper.TestServers;
import io.lockkeeper.job.PermanentFailure;
import io.lockkeeper.postgres.PgConnector;
import io.lockkeeper.postgres.PgSession;
import io.lockkeeper.postgres.ScratchServer;
import io.lockkeeper.postgres.Secret;
import io.lockkeeper.postgres.ServerAddress;
import io.lockkeeper.postgres.Tls;
import io.lockkeeper.store.StoreAddress;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// With the real PgBouncer, where it is installed.
class PoolersTest {
    private static final Path PGBOUNCER = Path.of("/usr/sbin/pgbouncer");

    @TempDir
    Path folder;

    private final Vertx vertx = Vertx.vertx();
    private final StoreAddress database = TestServers.emptyDatabase();
    private Process pooler;

    @AfterEach
    void stop() throws InterruptedException {
        vertx.close();
        if (pooler != null) {
            pooler.destroyForcibly().waitFor(5, TimeUnit.SECONDS);
        }
    }

    private PgSession session(String host, int port, String name) throws InterruptedException {
        var server = new ServerAddress(
                host,
                port,
                name,
                database.username(),
                new Secret(database.password().orElseThrow()),
                Tls.DISABLED,
                "test");
        return new PgConnector(vertx).connect(server, Duration.ofSeconds(10));
    }

    /// @return its port
    private int pooler(String mode) throws IOException {
        Assumptions.assumeTrue(Files.isExecutable(PGBOUNCER), "no pgbouncer here: install it for this test");
        int port = ScratchServer.freePort();
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
        Path config = Files.writeString(folder.resolve("pgbouncer.ini"), """
                [databases]
                pooled = host=%s port=%d dbname=%s user=%s password=%s
                [pgbouncer]
                listen_addr = 127.0.0.1
                listen_port = %d
                unix_socket_dir =
                auth_type = any
                pool_mode = %s
                ignore_startup_parameters = extra_float_digits
                """.formatted(
                        database.host(),
                        database.port(),
                        database.database(),
                        database.username(),
                        database.password().orElseThrow(),
                        port,
                        mode));
        pooler = new ProcessBuilder(
                        "setpriv", "--reuid=nobody", "--clear-groups", "--", PGBOUNCER.toString(), config.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        Awaitility.await().atMost(Duration.ofSeconds(30)).ignoreExceptions().until(() -> {
            session("127.0.0.1", port, "pooled").close();
            return true;
        });
        return port;
    }

    @Test
    void refusesAPoolerThatSharesConnectionsByTransactions() throws Exception {
        int port = pooler("transaction");
        try (PgSession one = session("127.0.0.1", port, "pooled");
                PgSession other = session("127.0.0.1", port, "pooled")) {
            assertThatThrownBy(() -> Poolers.refuse(one, other))
                    .isInstanceOf(PermanentFailure.class)
                    .hasMessageContaining("transaction-pooler");
        }
    }

    @Test
    void takesAPoolerThatGivesEachSessionItsOwn() throws Exception {
        int port = pooler("session");
        try (PgSession one = session("127.0.0.1", port, "pooled");
                PgSession other = session("127.0.0.1", port, "pooled")) {
            assertThat(one.rows("SELECT pg_backend_pid()").getFirst().getInteger(0))
                    .isNotEqualTo(one.backendPid());
            assertThatCode(() -> Poolers.refuse(one, other)).doesNotThrowAnyException();
        }
    }

    @Test
    void takesTheServerItself() throws Exception {
        try (PgSession one = session(database.host(), database.port(), database.database());
                PgSession other = session(database.host(), database.port(), database.database())) {
            assertThatCode(() -> Poolers.refuse(one, other)).doesNotThrowAnyException();
        }
    }
}
