package io.lockkeeper.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.Instance;
import io.lockkeeper.TestServers;
import io.lockkeeper.job.SseClient.Event;
import io.lockkeeper.job.SseClient.Stream;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Streams of one instance with little memory: to many clients, and to clients that do not read.
class SseIT {
    private static final Duration BOUND = Duration.ofSeconds(60);
    private static final int MEGABYTE = 1 << 20;

    @TempDir
    Path home;

    private final Ward ward = new Ward(TestServers.freshStore());
    private final Vertx vertx = Vertx.vertx();
    private Instance instance;

    @BeforeEach
    void start() throws IOException {
        instance = Instance.start(
                        ward.store(),
                        home,
                        "only",
                        "-Xmx200m",
                        "-XX:MaxDirectMemorySize=128m",
                        "-Dlockkeeper.events.patience=4s")
                .ready();
        Ward.registerTarget(instance);
    }

    @AfterEach
    void stop() {
        instance.close();
        vertx.close();
    }

    @Test
    void tellsManyClientsEverything() throws Exception {
        SseLoad.Report report = new SseLoad(instance, ward, vertx).run(200);

        System.out.print(report.text());
        assertThat(report.lost()).isZero();
        Awaitility.await().atMost(BOUND).until(() -> instance.metric("lockkeeper_sse_clients") == 0);
    }

    /// Twenty clients would have to be kept 100 MB each.
    @Test
    void aClientThatDoesNotReadCostsNothingAndMissesNothing() throws Exception {
        long job = Ward.sleep(instance, Duration.ofMinutes(10));
        ward.awaitCount(1, BOUND, "SELECT count(*) FROM job_event WHERE data ->> 'name' = 'sleep'");
        try (var clients = new SseClient(vertx, instance.port(), Instance.TOKEN)) {
            List<Stream> lazy = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                lazy.add(clients.open(
                        i % 2 == 0 ? "/api/v1/events?after=0" : "/api/v1/jobs/" + job + "/events?after=0"));
            }
            Awaitility.await().atMost(BOUND).until(() -> lazy.stream()
                    .allMatch(one -> one.states().contains("RUNNING")));
            lazy.forEach(Stream::stopReading);
            long before = instance.liveBytes();

            logMuch(job, 100 * MEGABYTE);

            Awaitility.await().atMost(BOUND).until(() -> instance.metric("lockkeeper_sse_clients"), open -> open == 0);
            long after = instance.liveBytes();
            System.out.printf("live heap %,d bytes before, %,d after%n", before, after);
            assertThat(after - before).isLessThan(20 * MEGABYTE);
            assertThat(instance.log()).doesNotContain("OutOfMemory");
            lazy.forEach(Stream::readOn);
            Awaitility.await().atMost(BOUND).until(() -> lazy.stream().allMatch(Stream::hasEnded));
            for (Stream one : List.of(lazy.getFirst(), lazy.getLast())) {
                resumesWithoutAGap(clients, one, job);
            }
        }
    }

    /// As a talkative tool would; but the queue is not what is measured here.
    private void logMuch(long job, int bytes) {
        int lines = bytes / 16_000;
        ward.column("""
                INSERT INTO job_event (job_id, type, data)
                SELECT ?, 'log', jsonb_build_object('lines', jsonb_build_array(n || repeat(' x', 8000)))
                FROM generate_series(1, ?) AS n
                RETURNING seq
                """, job, lines);
    }

    private void resumesWithoutAGap(SseClient clients, Stream lazy, long job) {
        List<Long> seen = new ArrayList<>(
                lazy.events().stream().map(Event::id).map(Long::valueOf).toList());
        long last = seen.getLast();
        long newest = ward.count("SELECT max(seq) FROM job_event");
        assertThat(last).as("cut off before the end").isLessThan(newest);
        List<Long> rest = java.util.Collections.synchronizedList(new ArrayList<>());
        clients.listen("/api/v1/jobs/" + job + "/events?after=" + last, event -> {
            if (event.id() != null) {
                rest.add(Long.valueOf(event.id()));
            }
        });
        Awaitility.await().atMost(BOUND).until(() -> !rest.isEmpty() && rest.getLast() == newest);
        seen.addAll(rest);
        assertThat(seen)
                .isEqualTo(ward.column("SELECT seq FROM job_event ORDER BY seq").stream()
                        .map(Long::valueOf)
                        .toList());
    }
}
