package io.lockkeeper.job.engine;

import static io.lockkeeper.job.engine.Settings.QUICK;
import static io.lockkeeper.job.engine.TestStore.job;
import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.job.JobState;
import io.lockkeeper.job.JobView;
import io.lockkeeper.job.Limits;
import io.lockkeeper.job.Limits.TargetUse;
import io.lockkeeper.job.Limits.WhenLost;
import io.lockkeeper.postgres.ChildProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Cancelled means stopped: the SQL on the target, the children, the clock.
class EngineCancelTest {
    private final TestStore store = new TestStore();

    @AfterEach
    void close() throws InterruptedException {
        store.close();
    }

    @Test
    void stopsTheSqlOfACancelledJobWithinTwoSeconds() {
        long target = store.target("t", 4);
        Engine engine = store.engine(QUICK, TestKind.of("sleep", job -> {
            job.connect().within(Duration.ofMinutes(5)).query("SELECT pg_sleep(60)");
            return "overslept";
        }));
        long id = store.accept(engine, job("sleep").on(target));
        store.awaitState(id, JobState.RUNNING);
        awaitSleepers(1);

        Instant asked = Instant.now();
        assertThat(store.cancel(engine, id)).isTrue();

        store.awaitState(id, JobState.CANCELLED);
        awaitSleepers(0);
        assertThat(Duration.between(asked, Instant.now())).isLessThan(Duration.ofSeconds(10));
        assertThat(store.story(id)).containsExactly("QUEUED", "RUNNING", "CANCELLING", "CANCELLED");
        assertThat(store.cancel(engine, id)).as("safe to repeat").isFalse();
    }

    private void awaitSleepers(int count) {
        Awaitility.await()
                .atMost(TestStore.BOUND)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> sleepers() == count);
    }

    private long sleepers() throws Exception {
        try (var connection = io.lockkeeper.TestServers.connect(store.targetAddress);
                var statement = connection.createStatement();
                var rows = statement.executeQuery(
                        "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%' AND state = 'active' AND datname = current_database()")) {
            rows.next();
            return rows.getLong(1);
        }
    }

    @Test
    void cancelsAJobThatAnotherInstanceRuns() {
        long target = store.target("t", 4);
        TestKind sleep = TestKind.of("sleep", job -> {
            job.connect().within(Duration.ofMinutes(5)).query("SELECT pg_sleep(60)");
            return "overslept";
        });
        Engine edge = store.engine(QUICK.withoutWorker(), sleep);
        store.engine(QUICK, sleep);
        long id = store.accept(edge, job("sleep").on(target));
        store.awaitState(id, JobState.RUNNING);
        awaitSleepers(1);

        Instant asked = Instant.now();
        store.cancel(edge, id);

        store.awaitState(id, JobState.CANCELLED);
        assertThat(Duration.between(asked, Instant.now())).isLessThan(Duration.ofSeconds(10));
    }

    @Test
    void endsTheChildProcessesOfACancelledJob() {
        Engine engine = store.engine(
                QUICK,
                TestKind.of(
                        "child",
                        job -> "exit "
                                + job.run(
                                        ChildProcess.Command.of(
                                                Path.of("/bin/sh"),
                                                "-c",
                                                "trap '' TERM; echo $$; sleep 61 & wait; sleep 61"),
                                        job::log,
                                        Duration.ofMinutes(5))));
        long id = store.accept(engine, job("child"));
        String log = Awaitility.await()
                .atMost(TestStore.BOUND)
                .until(() -> store.story(id).getLast(), told -> told.startsWith("log"));
        long pid = Long.parseLong(log.replaceAll("\\D", ""));

        Instant asked = Instant.now();
        store.cancel(engine, id);

        store.awaitState(id, JobState.CANCELLED);
        Duration took = Duration.between(asked, Instant.now());
        assertThat(ProcessHandle.of(pid)).isEmpty();
        assertThat(took).isLessThan(Duration.ofSeconds(10));
    }

    @Test
    void cancelsWhatHasNotBegun() {
        Engine engine = store.engine(QUICK.withoutWorker(), TestKind.of("greet", _ -> "hello"));
        long queued = store.accept(engine, job("greet"));
        long scheduled =
                store.accept(engine, job("greet").notBefore(Instant.now().plusSeconds(600)));

        store.cancel(engine, queued);
        store.cancel(engine, scheduled);

        assertThat(store.view(queued).state()).isEqualTo(JobState.CANCELLED);
        assertThat(store.view(scheduled).state()).isEqualTo(JobState.CANCELLED);
    }

    @Test
    void stopsAJobWhoseTimeIsUp() {
        Limits short_ = new Limits(TargetUse.NONE, 3, Duration.ZERO, Duration.ofMillis(300), WhenLost.RESTART);
        Engine engine = store.engine(
                QUICK,
                TestKind.of("endless", _ -> {
                            Thread.sleep(Duration.ofMinutes(1));
                            return "never";
                        })
                        .with(short_));

        long id = store.accept(engine, job("endless"));

        JobView ended = store.awaitState(id, JobState.FAILED);
        assertThat(ended.reason()).isEqualTo("DEADLINE_EXCEEDED");
        assertThat(ended.error().text()).contains("out-of-time");
    }

    @Test
    void failsAJobThatCouldNotBeginInTime() {
        Engine engine = store.engine(QUICK.withoutWorker(), TestKind.of("greet", _ -> "hello"));

        long id = store.accept(engine, job("greet").deadline(Instant.now().plusMillis(300)));

        assertThat(store.awaitState(id, JobState.FAILED).error().text()).contains("deadline-exceeded");
    }
}
