package io.lockkeeper.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PgSessionTest {
    private static final Duration BOUND = Duration.ofSeconds(3);

    @TempDir
    static Path folder;

    static Vertx vertx;
    static PgConnector connector;
    static ScratchServer server;
    static ServerAddress overTls;

    PgSession session;
    PgSession watcher;

    @BeforeAll
    static void start() {
        vertx = Vertx.vertx();
        connector = new PgConnector(vertx);
        Certificates certificates = Certificates.in(folder);
        server = ScratchServer.start(List.of("hostssl all all 127.0.0.0/8 scram-sha-256"), certificates);
        overTls = new ServerAddress(
                "localhost",
                server.port(),
                "postgres",
                "postgres",
                new Secret("secret"),
                new Tls(TlsMode.VERIFY_FULL, certificates.ca()),
                "lockkeeper/test");
    }

    @AfterAll
    static void stop() {
        server.close();
        vertx.close();
    }

    @BeforeEach
    void open() throws Exception {
        session = connector.connect(overTls, BOUND);
        watcher = connector.connect(overTls.withApplicationName("lockkeeper/watcher"), BOUND);
    }

    @AfterEach
    void close() {
        session.close();
        watcher.close();
    }

    @Test
    void asksAndTells() throws Exception {
        session.script("CREATE TEMP TABLE fish (name text, weight int); INSERT INTO fish VALUES ('pike', 7)");
        assertThat(session.execute("INSERT INTO fish VALUES ($1, $2), ($1, $2)", "roach", 1))
                .isEqualTo(2);
        assertThat(session.query("SELECT name FROM fish WHERE weight < $1", 5)).hasSize(2);
        assertThat(session.one("SELECT count(*) AS n FROM fish").getLong("n")).isEqualTo(3);
        assertThat(session.maybe("SELECT name FROM fish WHERE name = $1", "eel"))
                .isEmpty();
        assertThat(session.one("SELECT $1::text AS nothing", (Object) null).getString("nothing"))
                .isNull();
    }

    @Test
    void staysUsableAfterAMistake() throws Exception {
        PgFailure failure = catchThrowableOfType(PgFailure.class, () -> session.query("SELECT nonsense"));
        assertThat(failure.sqlState()).isEqualTo("42703");
        assertThat(failure.isTransient()).isFalse();
        assertThatThrownBy(() -> session.query("SELECT $1::int", "seven")).isInstanceOf(IllegalArgumentException.class);
        assertThat(session.one("SELECT 1 AS one").getInteger("one")).isEqualTo(1);
    }

    @Test
    void cancelStopsTheStatementOnTheServer() throws Exception {
        var sleeping = sleepOn(session);
        long start = System.nanoTime();
        assertThat(session.cancel()).isTrue();
        assertThatThrownBy(() -> sleeping.get(10, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfSatisfying(PgFailure.class, failure -> assertThat(failure.isCancelled())
                        .isTrue());
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
        assertThat(session.one("SELECT 1 AS one").getInteger("one")).isEqualTo(1);
    }

    @Test
    void aCancelNeverHitsTheNextStatement() throws Exception {
        for (int i = 0; i < 30; i++) {
            assertThat(session.cancel()).isTrue();
            assertThat(session.one("SELECT pg_sleep(0.002), 1 AS one").getInteger("one"))
                    .isEqualTo(1);
        }
    }

    @Test
    void anOverdueCallIsCancelledAndTheSessionGoesOn() throws Exception {
        assertThatThrownBy(() -> session.within(Duration.ofMillis(200)).query("SELECT pg_sleep(60)"))
                .isInstanceOf(CallTimedOut.class);
        assertThat(session.one("SELECT 1 AS one").getInteger("one")).isEqualTo(1);
    }

    @Test
    void anInterruptEndsTheWaitAndClosingEndsTheStatement() throws Exception {
        var interrupted = new CompletableFuture<Void>();
        Thread worker = Thread.ofVirtual().start(() -> {
            try {
                session.within(Duration.ofMinutes(1)).query("SELECT pg_sleep(60)");
            } catch (InterruptedException e) {
                interrupted.complete(null);
            }
        });
        await().until(this::isSleeping);
        worker.interrupt();
        interrupted.get(10, TimeUnit.SECONDS);
        session.close();
        await().atMost(Duration.ofSeconds(20)).until(() -> !isSleeping());
    }

    @Test
    void closesInTimeInTheMiddleOfAStatementThatDoesNotEnd() throws Exception {
        var sleeping = sleepOn(session);
        long start = System.nanoTime();
        session.close();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
        assertThatThrownBy(() -> sleeping.get(10, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class);
        await().atMost(Duration.ofSeconds(20)).until(() -> !isSleeping());
    }

    @Test
    void aSessionThatTheServerEndedSaysSo() throws Exception {
        var sleeping = sleepOn(session);
        watcher.execute("SELECT pg_terminate_backend($1)", session.backendPid());
        assertThatThrownBy(() -> sleeping.get(10, TimeUnit.SECONDS))
                .cause()
                .isInstanceOf(SessionLost.class)
                .hasMessageContaining("57P01");
        assertThatThrownBy(() -> session.query("SELECT 1"))
                .isInstanceOfSatisfying(SessionLost.class, lost -> assertThat(lost.isTransient())
                        .isTrue());
        assertThat(session.isOpen()).isFalse();
    }

    @Test
    void aClosedSessionSaysSo() {
        session.close();
        session.close();
        assertThatThrownBy(() -> session.query("SELECT 1")).isInstanceOf(SessionLost.class);
    }

    @Test
    void tellsWhatMayPassFromWhatWillNot() {
        for (String state : List.of("40001", "40P01", "57P01", "08006", "53300", "55P03")) {
            assertThat(PgFailure.isTransient(state)).as(state).isTrue();
        }
        for (String state : List.of("42601", "23505", "42501", "57014", "53100", "22012")) {
            assertThat(PgFailure.isTransient(state)).as(state).isFalse();
        }
    }

    private CompletableFuture<Void> sleepOn(PgSession session) {
        var answer = new CompletableFuture<Void>();
        Thread.ofVirtual().start(() -> {
            try {
                session.within(Duration.ofMinutes(1)).query("SELECT pg_sleep(60)");
                answer.complete(null);
            } catch (Exception e) {
                answer.completeExceptionally(e);
            }
        });
        await().until(this::isSleeping);
        return answer;
    }

    private boolean isSleeping() throws Exception {
        return watcher.one("SELECT count(*) AS n FROM pg_stat_activity WHERE wait_event = 'PgSleep'")
                        .getLong("n")
                > 0;
    }
}
