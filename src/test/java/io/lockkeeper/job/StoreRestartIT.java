package io.lockkeeper.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.Instance;
import io.lockkeeper.postgres.PostgresBinaries;
import io.lockkeeper.postgres.PostgresServer;
import io.lockkeeper.store.StoreAccess;
import io.lockkeeper.store.StoreAddress;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The store goes away in the middle of everything, twice: crashed, and shut down. It comes back, and nothing that was
/// accepted is missing.
class StoreRestartIT {
    private static final Duration BOUND = Duration.ofSeconds(60);
    private static final Duration LONGEST_ANSWER = Duration.ofSeconds(15);
    private static final int CLIENTS = 48;

    @TempDir
    Path home;

    private final Vertx vertx = Vertx.vertx();
    private final Map<Long, String> accepted = new ConcurrentHashMap<>();
    private final Queue<HttpResponse<String>> refused = new ConcurrentLinkedQueue<>();
    private final Queue<String> broken = new ConcurrentLinkedQueue<>();
    private final AtomicInteger keys = new AtomicInteger();
    private volatile boolean asking = true;
    private PostgresServer server;
    private Ward ward;
    private Instance instance;

    @BeforeEach
    void start() throws IOException, InterruptedException {
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
        startServer(0);
        StoreAddress address = StoreAddress.local(
                server.host(), server.port(), "postgres", PostgresServer.SUPERUSER, server.password());
        ward = new Ward(new StoreAccess(address, address));
        instance = Instance.start(ward.store(), home, "only", "-Dlockkeeper.worker.slots=60")
                .ready();
        Ward.registerTarget(instance);
    }

    private void startServer(int port) throws IOException, InterruptedException {
        PostgresBinaries binaries = PostgresBinaries.find(Optional.empty(), home.resolve("cache"));
        server = PostgresServer.start(
                PostgresServer.Plan.on(binaries, home.resolve("store")).preferring(port));
        assertThat(port).isIn(0, server.port());
    }

    @AfterEach
    void stop() {
        instance.close();
        server.close();
        vertx.close();
    }

    @Test
    void losesNothingThatItAcceptedAndRecoversByItself() throws Exception {
        List<Long> running = Ward.sleep(instance, 10, Duration.ofSeconds(20));
        List<Thread> clients = java.util.stream.Stream.generate(() -> Thread.startVirtualThread(this::askAndAsk))
                .limit(CLIENTS)
                .toList();
        Awaitility.await().atMost(BOUND).until(() -> accepted.size() > 200);

        restart(this::crash);
        restart(server::close);

        asking = false;
        for (Thread client : clients) {
            client.join(LONGEST_ANSWER.multipliedBy(2));
        }
        assertThat(broken).as(instance::errors).isEmpty();
        assertThat(refused).isNotEmpty().allSatisfy(StoreRestartIT::saysWhenToComeBack);
        System.out.printf("%d accepted, %d refused meanwhile%n", accepted.size(), refused.size());
        ward.awaitCount(0, BOUND, "SELECT count(*) FROM job WHERE finished_at IS NULL");
        everyAcceptedJobEndedOnce();
        for (long job : running) {
            assertThat(ward.story(job)).last().isEqualTo("SUCCEEDED");
        }
    }

    private interface Stop {
        void now() throws IOException, InterruptedException;
    }

    private void restart(Stop stop) throws IOException, InterruptedException {
        int port = server.port();
        stop.now();
        Awaitility.await("not ready").atMost(BOUND).until(() -> readiness() == 503);
        int refusedBefore = refused.size();
        Awaitility.await("refusing").atMost(BOUND).until(() -> refused.size() > refusedBefore + CLIENTS);
        server.close();
        startServer(port);
        Awaitility.await("ready").atMost(BOUND).until(() -> readiness() == 200);
        int after = accepted.size();
        Awaitility.await("accepting").atMost(BOUND).until(() -> accepted.size() > after + 200);
    }

    /// As `pg_ctl stop -m immediate`.
    private void crash() throws IOException, InterruptedException {
        ProcessHandle postmaster = server.process().orElseThrow();
        new ProcessBuilder("kill", "-QUIT", Long.toString(postmaster.pid()))
                .start()
                .waitFor();
        postmaster.onExit().join();
    }

    private int readiness() {
        return instance.ask().get("/q/health/ready").statusCode();
    }

    /// A client as the contract wants it: after a refusal it asks again with the same key.
    private void askAndAsk() {
        while (asking) {
            String key = "key-" + keys.incrementAndGet();
            while (asking && !ask(key)) {
                pause();
            }
        }
    }

    private boolean ask(String key) {
        try {
            HttpResponse<String> answer = Ward.HTTP.send(
                    Ward.post(instance, Duration.ofMillis(5))
                            .header("Idempotency-Key", key)
                            .timeout(LONGEST_ANSWER)
                            .build(),
                    BodyHandlers.ofString());
            switch (answer.statusCode()) {
                case 202 -> accepted.put(new JsonObject(answer.body()).getLong("id"), key);
                case 503 -> refused.add(answer);
                default -> broken.add(answer.statusCode() + " " + answer.body());
            }
            return answer.statusCode() == 202;
        } catch (IOException | InterruptedException failed) {
            broken.add(key + ": " + failed);
            return false;
        }
    }

    private static void pause() {
        try {
            Thread.sleep(100);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static void saysWhenToComeBack(HttpResponse<String> answer) {
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(answer.headers().firstValueAsLong("Retry-After")).isPresent();
        assertThat(new JsonObject(answer.body()).getInteger("status")).isEqualTo(503);
    }

    private void everyAcceptedJobEndedOnce() {
        assertThat(ward.column("SELECT id FROM job WHERE state = 'SUCCEEDED'").stream()
                        .map(Long::valueOf))
                .containsAll(accepted.keySet());
        assertThat(accepted.values()).as("a key is one job").doesNotHaveDuplicates();
        assertThat(ward.count("SELECT count(*) FROM job WHERE state <> 'SUCCEEDED'"))
                .isZero();
        assertThat(ward.count("""
                SELECT count(*) FROM (SELECT job_id FROM job_event WHERE type = 'state' AND data ->> 'state' = 'SUCCEEDED'
                                      GROUP BY job_id HAVING count(*) > 1) twice
                """)).isZero();
        assertThat(ward.count("SELECT count(*) FROM job"))
                .isEqualTo(ward.count("SELECT count(*) FROM idempotency") + 10);
    }
}
