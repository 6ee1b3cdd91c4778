package io.lockkeeper.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.Instance;
import io.lockkeeper.TestServers;
import io.lockkeeper.job.SseClient.Stream;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Two instances as processes on one store, one of which dies, sleeps, or is asked to go.
///
/// The second one serves only targets of its zone, so that it takes the jobs when the test says so: by moving the
/// target there.
class KillIT {
    private static final Duration LEASE = Duration.ofSeconds(4);
    private static final Duration BOUND = Duration.ofSeconds(30);
    private static final String UNFINISHED = "SELECT count(*) FROM job WHERE finished_at IS NULL";
    private static final String RUNNING_ON = "SELECT count(*) FROM job WHERE state = 'RUNNING' AND worker = ?";

    private static final String[] RESCUED = {"QUEUED", "RUNNING", "QUEUED WORKER_LOST", "RUNNING", "SUCCEEDED"};

    @TempDir
    Path home;

    private final Ward ward = new Ward(TestServers.freshStore());
    private final Vertx vertx = Vertx.vertx();
    private Instance first;
    private Instance second;

    @BeforeEach
    void startBoth() throws IOException {
        first = start("first");
        first.ready();
        second = start("second", "-Dlockkeeper.worker.labels.zone=second").ready();
        Ward.registerTarget(first);
    }

    private Instance start(String name, String... more) throws IOException {
        String[] options = {
            "-Dlockkeeper.worker.slots=60",
            "-Dlockkeeper.worker.lease=" + LEASE.toSeconds() + "s",
            "-Dlockkeeper.worker.grace=2s"
        };
        return Instance.start(
                ward.store(),
                home,
                name,
                java.util.stream.Stream.of(options, more)
                        .flatMap(java.util.Arrays::stream)
                        .toArray(String[]::new));
    }

    @AfterEach
    void close() {
        first.close();
        second.close();
        vertx.close();
    }

    private void moveTheTarget(String zone) {
        ward.column("UPDATE target SET labels = jsonb_build_object('zone', ?::text) RETURNING name", zone);
    }

    @Test
    void everyJobOfAKilledInstanceEndsOnceOnTheOther() throws Exception {
        Duration sleep = Duration.ofSeconds(8);
        try (var clients = new SseClient(vertx, second.port(), Instance.TOKEN)) {
            Stream live = clients.open("/api/v1/events?after=0");
            List<Long> jobs = Ward.sleep(first, 50, sleep);
            ward.awaitCount(50, BOUND, RUNNING_ON, "first");
            moveTheTarget("second");

            Instant killed = Instant.now();
            first.signal("KILL");

            ward.awaitCount(0, BOUND, UNFINISHED);
            assertThat(Duration.between(killed, Instant.now()))
                    .isLessThan(LEASE.plusSeconds(5).plus(sleep));
            for (long job : jobs) {
                assertThat(ward.story(job)).containsExactly(RESCUED);
            }
            assertThat(ward.count(
                            "SELECT count(*) FROM job WHERE state = 'SUCCEEDED' AND attempt = 2 AND worker = 'second'"))
                    .isEqualTo(50);
            tellsTheWholeTable(live);
            tellsTheWholeTable(clients.open("/api/v1/events?after=0"));
        }
    }

    private void tellsTheWholeTable(Stream firehose) {
        List<String> all = ward.column("SELECT seq FROM job_event ORDER BY seq");
        Awaitility.await().atMost(BOUND).until(() -> firehose.events().size() >= all.size());
        assertThat(firehose.events().stream().map(SseClient.Event::id)).isEqualTo(all);
    }

    @Test
    void aZombieWritesNothingAndThenWorksAgain() throws Exception {
        List<Long> jobs = Ward.sleep(first, 20, Duration.ofSeconds(3));
        ward.awaitCount(20, BOUND, RUNNING_ON, "first");
        moveTheTarget("second");
        first.signal("STOP");
        ward.awaitCount(0, BOUND, UNFINISHED);
        String before = ward.fingerprint(jobs.getLast());
        moveTheTarget("nowhere"); // out of the reach of the second, but not of the first, which serves all zones
        long tempting = Ward.sleep(second, Duration.ofMillis(10));

        first.signal("CONT");

        Awaitility.await().atMost(BOUND).until(() -> first.log().contains("lease lost with 20 jobs running"));
        ward.awaitCount(0, BOUND, UNFINISHED);
        Awaitility.await().atMost(BOUND).until(() -> first.metric("lockkeeper_worker_running") == 0);
        assertThat(ward.fingerprint(jobs.getLast())).isEqualTo(before);
        for (long job : jobs) {
            assertThat(ward.story(job)).containsExactly(RESCUED);
        }
        assertThat(ward.story(tempting)).containsExactly("QUEUED", "RUNNING", "SUCCEEDED");
        assertThat(ward.column("SELECT worker FROM job WHERE id = ?", tempting)).containsExactly("first");
        assertThat(first.metric("lockkeeper_lease_lost_jobs_total")).isEqualTo(20);
        assertThat(first.metric("lockkeeper_jobs_ended_total")).isEqualTo(1);
    }

    @Test
    void anInstanceThatIsAskedToGoHandsBackAndEnds() throws Exception {
        List<Long> jobs = Ward.sleep(first, 10, Duration.ofSeconds(60));
        ward.awaitCount(10, BOUND, RUNNING_ON, "first");

        Instant asked = Instant.now();
        first.signal("TERM");

        assertThat(first.awaitEnd(BOUND)).isIn(0, 128 + 15);
        assertThat(Duration.between(asked, Instant.now())).isLessThan(Duration.ofSeconds(2 + 5));
        for (long job : jobs) {
            assertThat(ward.story(job)).containsExactly("QUEUED", "RUNNING", "QUEUED HANDED_BACK");
        }
        assertThat(ward.count("SELECT count(*) FROM job WHERE attempt = 0")).isEqualTo(10);
        assertThat(ward.count("SELECT count(*) FROM worker WHERE name = 'first'"))
                .isZero();
        assertThat(first.log()).doesNotContain("ERROR").doesNotContain("Exception");
    }
}
