package io.lockkeeper.job;

import io.lockkeeper.Instance;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/// Many clients on one instance, each of which follows a job of its own and the story of all jobs, on two connections.
/// They wait, then all the jobs run.
final class SseLoad {
    private static final Duration BOUND = Duration.ofMinutes(15);

    private final Instance instance;
    private final Ward ward;
    private final SseClient http;
    private final List<Reading> ofJobs = new ArrayList<>();
    private final List<Reading> ofAll = new ArrayList<>();
    private final Queue<Duration> sampled = new ConcurrentLinkedQueue<>();

    SseLoad(Instance instance, Ward ward, Vertx vertx) {
        this.instance = instance;
        this.ward = ward;
        this.http = new SseClient(vertx, instance.port(), Instance.TOKEN);
    }

    /// @param lost events that did not come, came twice or out of order
    record Report(
            int clients,
            long delivered,
            long lost,
            long p50Millis,
            long p99Millis,
            Duration took,
            long heapBytesAClient,
            long residentBytesAClient) {
        String text() {
            return """
                    clients                          %,10d
                    streams                          %,10d
                    events delivered                 %,10d  in %.1f s
                    events lost                      %,10d
                    delivery, p50                    %,10d ms after the database's clock of the event
                    delivery, p99                    %,10d ms
                    heap an idle client (2 streams)  %,10d bytes
                    resident, all included           %,10d bytes
                    """.formatted(
                            clients,
                            2 * clients,
                            delivered,
                            took.toMillis() / 1000.0,
                            lost,
                            p50Millis,
                            p99Millis,
                            heapBytesAClient,
                            residentBytesAClient);
        }
    }

    Report run(int clients) throws IOException, InterruptedException {
        List<Long> jobs = ward.scheduled(instance, clients);
        long start = ward.count("SELECT max(seq) FROM job_event");
        open(jobs.subList(0, 1)); // loads what the first ever stream needs
        long heapBefore = instance.liveBytes();
        long residentBefore = instance.residentBytes();
        open(jobs.subList(1, clients));
        long heap = (instance.liveBytes() - heapBefore) / (clients - 1);
        long resident = (instance.residentBytes() - residentBefore) / (clients - 1);
        sample(jobs.subList(0, 10));

        Instant began = Instant.now();
        ward.column("UPDATE job SET due_at = clock_timestamp() WHERE state = 'SCHEDULED' RETURNING id");
        ward.awaitCount(0, BOUND, "SELECT count(*) FROM job WHERE finished_at IS NULL");
        long events = ward.count("SELECT count(*) FROM job_event WHERE seq > ?", start);
        Awaitility.await().atMost(BOUND).until(() -> all().allMatch(
                        reading -> reading.count >= reading.expected(events)));
        Duration took = Duration.between(began, Instant.now());
        long lost = all().mapToLong(reading -> reading.wrong + Math.abs(reading.count - reading.expected(events)))
                .sum();
        long[] latencies =
                sampled.stream().mapToLong(Duration::toMillis).sorted().toArray();
        http.close();
        return new Report(
                clients,
                all().mapToLong(reading -> reading.count).sum(),
                lost,
                latencies[latencies.length / 2],
                latencies[latencies.length * 99 / 100],
                took,
                heap,
                resident);
    }

    /// How long after its own time an event arrives, on some more streams.
    private void sample(List<Long> jobs) {
        for (long job : jobs) {
            http.listen("/api/v1/jobs/" + job + "/events", this::sample);
            http.listen("/api/v1/events", this::sample);
        }
    }

    private void sample(SseClient.Event event) {
        if ("state".equals(event.name())) {
            sampled.add(Duration.between(event.json().getInstant("at"), Instant.now()));
        }
    }

    private Stream<Reading> all() {
        return Stream.concat(ofJobs.stream(), ofAll.stream());
    }

    /// A few hundred at a time: the instance is not asked how fast it accepts connections.
    private void open(List<Long> jobs) {
        for (int from = 0; from < jobs.size(); from += 200) {
            for (long job : jobs.subList(from, Math.min(jobs.size(), from + 200))) {
                ofJobs.add(new Reading(http, "/api/v1/jobs/" + job + "/events", 7));
                ofAll.add(new Reading(http, "/api/v1/events", 0));
            }
            Awaitility.await().atMost(BOUND).until(() -> all().allMatch(reading -> reading.begun));
        }
    }

    /// Reads numbers and times out of a stream without making objects of its events: it shares the processors with what
    /// it measures.
    private static final class Reading {
        private static final byte[] ID = "id: ".getBytes(StandardCharsets.US_ASCII);

        /// Of the job's own stream: the snapshot and what comes after it; 0: all events.
        private final long own;
        private int column;
        private boolean isId;
        private long number;
        private long last;
        private volatile boolean begun;
        private volatile long count;
        private volatile long wrong;

        Reading(SseClient http, String path, long own) {
            this.own = own;
            http.listenRaw(path, this::read);
        }

        long expected(long all) {
            return own == 0 ? all : own;
        }

        private void read(Buffer chunk) {
            begun = true;
            byte[] bytes = chunk.getBytes();
            for (byte one : bytes) {
                if (one == '\n') {
                    if (isId && column > ID.length) {
                        next();
                    }
                    column = 0;
                    number = 0;
                    isId = true;
                } else if (column < ID.length) {
                    isId &= one == ID[column++];
                } else if (isId) {
                    column++;
                    number = number * 10 + (one - '0');
                }
            }
        }

        private void next() {
            if (number <= last) {
                wrong = wrong + 1;
            }
            last = number;
            count = count + 1;
        }
    }
}
