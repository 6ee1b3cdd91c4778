package io.lockkeeper.timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockkeeper.TestServers;
import io.lockkeeper.postgres.PgConnector;
import io.lockkeeper.postgres.PgFailure;
import io.lockkeeper.postgres.PgSession;
import io.lockkeeper.postgres.Secret;
import io.lockkeeper.postgres.ServerAddress;
import io.lockkeeper.postgres.SessionLost;
import io.lockkeeper.postgres.Tls;
import io.lockkeeper.store.StoreAddress;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PolicyTransactionTest {
    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close() {
        vertx.close();
    }

    private PgSession session(StoreAddress address) throws InterruptedException {
        var server = new ServerAddress(
                address.host(),
                address.port(),
                address.database(),
                address.username(),
                new Secret(address.password().orElseThrow()),
                Tls.DISABLED,
                "test");
        return new PgConnector(vertx).connect(server, Duration.ofSeconds(10));
    }

    @ParameterizedTest
    @ValueSource(ints = {15, 18})
    void aKillBetweenAlterAndCommitLeavesNothing(int major) throws Exception {
        PolicyTarget at = new PolicyTarget(major);
        String app = at.role("app", "LOGIN");
        try (PgSession session = session(at.database)) {
            PolicyTransaction transaction = PolicyTransaction.begin(session);
            assertThat(transaction.attempt(new Place(Scope.ROLE, null, app).set("lock_timeout", "1s")))
                    .isEmpty();
            TestServers.execute(at.database, "SELECT pg_terminate_backend(" + session.backendPid() + ", 5000)");

            assertThatThrownBy(transaction::commit).isInstanceOf(SessionLost.class);
        }
        assertThat(at.kept(null, app)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {15, 18})
    void secondPolicySeesWhatTheFirstHasLeft(int major) throws Exception {
        PolicyTarget at = new PolicyTarget(major);
        Place app = new Place(Scope.ROLE, null, at.role("app", "LOGIN"));
        try (PgSession first = session(at.database);
                PgSession second = session(at.database)) {
            ServerSettings server = ServerSettings.read(second);
            PolicyTransaction one = PolicyTransaction.begin(first);
            one.attempt(app.set("lock_timeout", "1s"));
            var seen = new CompletableFuture<Image>();
            Thread.ofVirtual()
                    .start(() -> complete(seen, () -> {
                        PolicyTransaction two = PolicyTransaction.begin(second);
                        return two.claim(List.of(app), server);
                    }));
            waits(at, second.backendPid());

            one.commit();

            assertThat(seen.get(10, TimeUnit.SECONDS).at(app).config()).containsExactly("lock_timeout=1s");
        }
    }

    /// Advisory locks end at the border of a database, roles do not. What keeps nothing yet has no row to lock.
    @ParameterizedTest
    @CsvSource({"15, true", "15, false", "18, true", "18, false"})
    void policiesFromTwoDatabasesDoNotInterleaveOnOneRole(int major, boolean keepsSomething) throws Exception {
        PolicyTarget at = new PolicyTarget(major);
        Place app = new Place(Scope.ROLE, null, at.role("app", "LOGIN"));
        if (keepsSomething) {
            at.sql(app.set("lock_timeout", "9s"));
        }
        try (PgSession first = session(at.database);
                PgSession second = session(at.server.emptyDatabase())) {
            ServerSettings server = ServerSettings.read(second);
            PolicyTransaction one = PolicyTransaction.begin(first);
            one.claim(List.of(app), server);
            var seen = new CompletableFuture<Image>();
            Thread.ofVirtual()
                    .start(() -> complete(seen, () -> {
                        PolicyTransaction two = PolicyTransaction.begin(second);
                        return two.claim(List.of(app), server);
                    }));
            waits(at, second.backendPid());
            one.attempt(app.set("lock_timeout", "1s"));

            one.commit();

            assertThatThrownBy(() -> seen.get(10, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(PgFailure.class)
                    .hasMessageContaining(keepsSomething ? "concurrently" : "duplicate key");
        }
        assertThat(at.kept(null, app.role())).containsExactly("lock_timeout=1s");
    }

    private interface Work {
        Image run() throws InterruptedException;
    }

    private static void complete(CompletableFuture<Image> answer, Work work) {
        try {
            answer.complete(work.run());
        } catch (Throwable failure) {
            answer.completeExceptionally(failure);
        }
    }

    private void waits(PolicyTarget at, int pid) throws InterruptedException {
        try (PgSession watcher = session(at.database)) {
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> watcher.one("SELECT wait_event_type FROM pg_stat_activity WHERE pid = $1", pid)
                                            .getString(0)
                                    instanceof String type
                            && type.equals("Lock"));
        }
    }
}
