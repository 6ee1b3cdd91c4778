package io.lockkeeper.job.engine;

import static io.lockkeeper.job.engine.Settings.QUICK;
import static io.lockkeeper.job.engine.TestStore.job;
import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.job.JobState;
import io.lockkeeper.job.JobView;
import io.lockkeeper.job.Limits;
import io.lockkeeper.job.Limits.TargetUse;
import io.lockkeeper.job.Limits.WhenLost;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What becomes of the jobs of an instance that stops, dies, or only seemed dead.
class EngineLeaseTest {
    private final TestStore store = new TestStore();

    @AfterEach
    void close() throws InterruptedException {
        store.close();
    }

    @Test
    void handsBackWhatStillRunsWhenTheInstanceStops() throws Exception {
        CountDownLatch stopped = new CountDownLatch(1);
        TestKind endless = TestKind.of("endless", _ -> {
            if (stopped.getCount() > 0) {
                Thread.sleep(Duration.ofMinutes(1));
            }
            return "done";
        });
        Engine engine = store.engine(QUICK.withGrace(Duration.ofMillis(100)), endless);
        long id = store.accept(engine, job("endless"));
        store.awaitState(id, JobState.RUNNING);

        engine.stop();
        stopped.countDown();

        JobView handedBack = store.view(id);
        assertThat(handedBack.state()).isEqualTo(JobState.QUEUED);
        assertThat(handedBack.attempt()).as("it does not count").isZero();
        store.engine(QUICK, endless);
        store.awaitState(id, JobState.SUCCEEDED);
        assertThat(store.story(id)).containsExactly("QUEUED", "RUNNING", "QUEUED HANDED_BACK", "RUNNING", "SUCCEEDED");
    }

    @Test
    void failsWhatMustNotRunTwiceWhenTheInstanceStops() throws Exception {
        Limits once = new Limits(TargetUse.NONE, 1, Duration.ZERO, Duration.ofMinutes(1), WhenLost.FAIL);
        Engine engine = store.engine(
                QUICK.withGrace(Duration.ofMillis(100)),
                TestKind.of("once", _ -> {
                            Thread.sleep(Duration.ofMinutes(1));
                            return "";
                        })
                        .with(once));
        long id = store.accept(engine, job("once").onLost("fail"));
        store.awaitState(id, JobState.RUNNING);

        engine.stop();

        assertThat(store.view(id).state()).isEqualTo(JobState.FAILED);
        assertThat(store.view(id).error().text()).contains("interrupted");
    }

    @Test
    void rescuesTheJobsOfADeadWorker() {
        long restarted = lostJob("restart", 1);
        long hopeless = lostJob("restart", 3);
        long neverTwice = lostJob("fail", 1);

        store.engine(QUICK, TestKind.of("greet", _ -> "hello"));

        assertThat(store.awaitState(restarted, JobState.SUCCEEDED).attempt()).isEqualTo(2);
        assertThat(store.awaitState(hopeless, JobState.FAILED).error().text()).contains("worker-lost");
        assertThat(store.awaitState(neverTwice, JobState.FAILED).error().text()).contains("worker-lost");
        assertThat(store.story(restarted)).contains("QUEUED WORKER_LOST");
    }

    private long lostJob(String onLost, int attempt) {
        return store.ask("""
                INSERT INTO job (kind, state, on_lost, spec, max_attempts, attempt, lease, worker_id, requested_by, requested_via)
                VALUES ('greet', 'RUNNING', $1, '{}', 3, $2, 1, gen_random_uuid(), 'anna', 'token') RETURNING id
                """, onLost, attempt).getFirst().getLong(0);
    }

    @Test
    void aWorkerThatLostItsLeaseWritesNothing() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        AtomicInteger runs = new AtomicInteger();
        TestKind slow = TestKind.of("slow", job -> {
            if (runs.incrementAndGet() == 1) {
                try {
                    go.await();
                } catch (InterruptedException stubborn) {
                    go.await();
                }
                job.log("I am back");
                return "zombie";
            }
            return "second";
        });
        Engine first = store.engine(QUICK, slow);
        long id = store.accept(first, job("slow"));
        store.awaitState(id, JobState.RUNNING);

        // its lease runs out, as if the process had been asleep; somebody else takes the job
        store.ask("UPDATE worker SET lease_until = clock_timestamp() - interval '1 second'");
        JobView ended = store.awaitState(id, JobState.SUCCEEDED);
        go.countDown();

        assertThat(ended.result().text()).contains("second");
        Thread.sleep(500);
        assertThat(store.view(id).result().text()).contains("second");
        assertThat(store.story(id)).containsExactly("QUEUED", "RUNNING", "QUEUED WORKER_LOST", "RUNNING", "SUCCEEDED");
    }

    @Test
    void findsJobsThatCameUnderItsLeaseUnknowingly() {
        Engine engine = store.engine(QUICK, TestKind.of("greet", _ -> "hello"));
        store.awaitState(store.accept(engine, job("greet")), JobState.SUCCEEDED);

        // as left by a claim whose commit arrived after we had given it up
        long stray = store.ask("""
                        INSERT INTO job (kind, state, on_lost, spec, max_attempts, attempt, lease, worker_id, requested_by, requested_via)
                        SELECT 'greet', 'RUNNING', 'restart', '{}', 3, 1, 1, id, 'anna', 'token' FROM worker RETURNING id
                        """).getFirst().getLong(0);

        store.awaitState(stray, JobState.SUCCEEDED);
        assertThat(store.story(stray)).contains("QUEUED HANDED_BACK");
    }
}
