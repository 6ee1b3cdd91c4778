package io.lockkeeper.job.engine;

import static io.lockkeeper.job.engine.TestStore.Settings.QUICK;
import static io.lockkeeper.job.engine.TestStore.job;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockkeeper.http.Problem;
import io.lockkeeper.job.JobState;
import io.lockkeeper.job.JobView;
import io.lockkeeper.job.Limits;
import io.lockkeeper.job.Limits.TargetUse;
import io.lockkeeper.job.Limits.WhenLost;
import io.lockkeeper.job.PermanentFailure;
import io.lockkeeper.postgres.ChildProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EngineTest {
    private final TestStore store = new TestStore();

    @AfterEach
    void close() throws InterruptedException {
        store.close();
    }

    @Test
    void runsAJobAndKeepsItsResultAndItsStory() {
        Engine engine = store.engine(QUICK, TestKind.of("greet", job -> {
            job.log("hello");
            return job.step("think", () -> "done by attempt " + job.attempt());
        }));

        long id = store.accept(engine, job("greet"));

        JobView ended = store.awaitState(id, JobState.SUCCEEDED);
        assertThat(ended.result().text()).contains("done by attempt 1");
        assertThat(ended.steps().text()).contains("\"name\":\"think\"").contains("SUCCEEDED");
        assertThat(store.story(id))
                .containsExactly(
                        "QUEUED", "RUNNING", "log [hello]", "step think RUNNING", "step think SUCCEEDED", "SUCCEEDED");
        assertThat(store.count("SELECT count(*) FROM audit WHERE action = 'job.accept' AND object = $1", "job/" + id))
                .isOne();
    }

    @Test
    void triesAgainAfterAPauseAndThenSucceeds() {
        AtomicInteger tries = new AtomicInteger();
        Engine engine = store.engine(QUICK, TestKind.of("flaky", _ -> {
            if (tries.incrementAndGet() < 3) {
                throw new IllegalStateException("not yet");
            }
            return "at last";
        }));

        long id = store.accept(engine, job("flaky"));

        assertThat(store.awaitState(id, JobState.SUCCEEDED).attempt()).isEqualTo(3);
        assertThat(store.story(id))
                .containsExactly(
                        "QUEUED",
                        "RUNNING",
                        "SCHEDULED RETRY_BACKOFF",
                        "QUEUED",
                        "RUNNING",
                        "SCHEDULED RETRY_BACKOFF",
                        "QUEUED",
                        "RUNNING",
                        "SUCCEEDED");
    }

    @Test
    void failsWhenTheAttemptsAreUsedUp() {
        Engine engine = store.engine(QUICK, TestKind.of("broken", _ -> {
            throw new IllegalStateException("never");
        }));

        long id = store.accept(engine, job("broken").attempts(2));

        JobView ended = store.awaitState(id, JobState.FAILED);
        assertThat(ended.attempt()).isEqualTo(2);
        assertThat(ended.error().text()).contains("unexpected").doesNotContain("never");
    }

    @Test
    void failsAtOnceWhenTryingAgainWouldNotHelp() {
        Engine engine = store.engine(QUICK, TestKind.of("hopeless", _ -> {
            throw new PermanentFailure(Problem.unprocessable("hopeless", "Give it up."));
        }));

        long id = store.accept(engine, job("hopeless"));

        JobView ended = store.awaitState(id, JobState.FAILED);
        assertThat(ended.attempt()).isOne();
        assertThat(ended.error().text()).contains("Give it up.");
    }

    @Test
    void storesAResultWithANulCharacter() {
        Engine engine = store.engine(QUICK, TestKind.of("nul", job -> {
            job.log("a\0b");
            return "c\0d \\u0000";
        }));

        long id = store.accept(engine, job("nul"));

        assertThat(store.awaitState(id, JobState.SUCCEEDED, JobState.FAILED)
                        .result()
                        .text())
                .contains("c\ufffdd");
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
        assertThat(Duration.between(asked, Instant.now())).isLessThan(Duration.ofSeconds(2));
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
        assertThat(Duration.between(asked, Instant.now())).isLessThan(Duration.ofSeconds(2));
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
        assertThat(took).isLessThan(Duration.ofSeconds(2));
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

    @Test
    void waitsForItsTime() {
        Engine engine = store.engine(QUICK, TestKind.of("greet", _ -> "hello"));
        Instant wanted = Instant.now().plusMillis(700);

        long id = store.accept(engine, job("greet").notBefore(wanted));

        assertThat(store.view(id).state()).isEqualTo(JobState.SCHEDULED);
        assertThat(store.awaitState(id, JobState.SUCCEEDED).startedAt()).isAfterOrEqualTo(wanted);
    }

    @Test
    void takesTheMostUrgentFirst() {
        List<Long> order = new CopyOnWriteArrayList<>();
        TestKind note = TestKind.of("note", job -> {
            order.add(job.jobId());
            return "";
        });
        Engine edge = store.engine(QUICK.withoutWorker(), note);
        long usual = store.accept(edge, job("note"));
        long low = store.accept(edge, job("note").priority(0));
        long urgent = store.accept(edge, job("note").priority(9));

        store.engine(QUICK.withSlots(1), note);

        store.awaitState(low, JobState.SUCCEEDED);
        assertThat(order).containsExactly(urgent, usual, low);
    }

    @Test
    void runsJobsThatExcludeEachOtherOneAfterTheOther() {
        long target = store.target("t", 8);
        AtomicInteger together = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        TestKind change = TestKind.of("change", _ -> {
            most.accumulateAndGet(together.incrementAndGet(), Math::max);
            Thread.sleep(20);
            together.decrementAndGet();
            return "";
        });
        Engine engine = store.engine(QUICK, change);

        List<Long> ids = java.util.stream.Stream.generate(
                        () -> store.accept(engine, job("change").changing(target)))
                .limit(10)
                .toList();

        ids.forEach(id -> store.awaitState(id, JobState.SUCCEEDED));
        assertThat(most).hasValue(1);
    }

    @Test
    void runsNoMoreJobsOfATargetThanItAllows() {
        long target = store.target("t", 2);
        AtomicInteger together = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        Engine engine = store.engine(QUICK, TestKind.of("read", _ -> {
            most.accumulateAndGet(together.incrementAndGet(), Math::max);
            Thread.sleep(50);
            together.decrementAndGet();
            return "";
        }));

        List<Long> ids = java.util.stream.Stream.generate(
                        () -> store.accept(engine, job("read").on(target)))
                .limit(8)
                .toList();

        ids.forEach(id -> store.awaitState(id, JobState.SUCCEEDED));
        assertThat(most).hasValue(2);
    }

    @Test
    void saysThatAJobWaitsForItsTarget() throws Exception {
        long target = store.target("t", 8);
        CountDownLatch go = new CountDownLatch(1);
        Engine engine = store.engine(QUICK, TestKind.of("change", _ -> {
            go.await();
            return "";
        }));
        long first = store.accept(engine, job("change").changing(target));
        store.awaitState(first, JobState.RUNNING);

        long second = store.accept(engine, job("change").changing(target));

        assertThat(store.view(second).reason()).isEqualTo("WAITING_FOR_TARGET");
        assertThat(store.answer(engine, job("change").changing(target).rejecting())
                        .conflicts())
                .isTrue();
        go.countDown();
        store.awaitState(second, JobState.SUCCEEDED);
    }

    @Test
    void acceptsTheSameRequestOnce() {
        Engine engine = store.engine(QUICK.withoutWorker(), TestKind.of("greet", _ -> "hello"));

        var first = store.answer(engine, job("greet").once("key", "body"));
        var second = store.answer(engine, job("greet").once("key", "body"));

        assertThat(first.born()).isTrue();
        assertThat(second.born()).isFalse();
        assertThat(store.count("SELECT count(*) FROM job")).isOne();
    }

    @Test
    void acceptsManyRequestsWithTheSameKeyAtOnceOnce() {
        Engine engine = store.engine(QUICK.withoutWorker(), TestKind.of("greet", _ -> "hello"));
        Engine other = store.engine(QUICK.withoutWorker(), TestKind.of("greet", _ -> "hello"));

        List<java.util.concurrent.CompletableFuture<io.lockkeeper.job.table.AcceptJobs.Answer>> answers =
                new java.util.ArrayList<>();
        for (int i = 0; i < 50; i++) {
            answers.add((i % 2 == 0 ? engine : other)
                    .accept(job("greet").once("key", "body").build()));
        }

        assertThat(answers.stream().filter(answer -> answer.join().born()).count())
                .isOne();
        assertThat(store.count("SELECT count(*) FROM job")).isOne();
    }

    @Test
    void aRequestThatCannotBeStoredDoesNotTakeItsNeighboursWithIt() {
        Engine engine = store.engine(QUICK, TestKind.of("greet", _ -> "hello"));
        List<java.util.concurrent.CompletableFuture<io.lockkeeper.job.table.AcceptJobs.Answer>> good =
                new java.util.ArrayList<>();
        var bad = new java.util.ArrayList<
                java.util.concurrent.CompletableFuture<io.lockkeeper.job.table.AcceptJobs.Answer>>();
        for (int i = 0; i < 20; i++) {
            good.add(engine.accept(job("greet").build()));
            bad.add(engine.accept(job("greet").on(4711).build()));
        }

        good.forEach(answer -> store.awaitState(answer.join().id(), JobState.SUCCEEDED));
        bad.forEach(answer -> assertThatThrownBy(answer::join).hasMessageContaining("target-gone"));
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
    void servesOnlyTargetsWithItsLabels() {
        long here = store.target("here", 4);
        long elsewhere = store.target("elsewhere", 4);
        store.ask("UPDATE target SET labels = '{\"zone\": \"a\"}' WHERE id = $1", here);
        Engine engine = store.engine(QUICK.withLabels(Map.of("zone", "a")), TestKind.of("read", _ -> "hello"));

        long other = store.accept(engine, job("read").on(elsewhere));
        long own = store.accept(engine, job("read").on(here));

        store.awaitState(own, JobState.SUCCEEDED);
        assertThat(store.view(other).state()).isEqualTo(JobState.QUEUED);
    }

    @Test
    void prunesHistoryAndRemembersHowFar() {
        Engine engine = store.engine(
                QUICK.withoutWorker().withKeepHistory(Duration.ofDays(1)), TestKind.of("greet", _ -> "hello"));
        long old = store.accept(engine, job("greet"));
        store.cancel(engine, old);
        long young = store.accept(engine, job("greet"));
        store.cancel(engine, young);
        store.ask("UPDATE job SET finished_at = finished_at - interval '2 days' WHERE id = $1", old);

        TestStore.now(io.lockkeeper.job.table.QueueUpkeep.pruneHistory(store.pool, Duration.ofDays(1)));

        assertThat(store.count("SELECT count(*) FROM job")).isOne();
        assertThat(store.count("SELECT count(*) FROM job_event WHERE job_id = $1", old))
                .isZero();
        assertThat(store.count("SELECT pruned FROM job_event_horizon")).isPositive();
    }

    @Test
    void theSchemaRefusesIllegalTransitions() {
        Engine engine = store.engine(QUICK, TestKind.of("greet", _ -> "hello"));
        long id = store.accept(engine, job("greet"));
        store.awaitState(id, JobState.SUCCEEDED);

        assertThatThrownBy(() -> store.ask("UPDATE job SET state = 'QUEUED', finished_at = NULL WHERE id = $1", id))
                .hasMessageContaining("illegal transition of job " + id + ": SUCCEEDED -> QUEUED");
    }

    @Test
    void asksForFourEyes() {
        Engine engine = store.engine(QUICK, TestKind.of("greet", _ -> "hello"));
        long id = store.accept(engine, job("greet").approvals(2));
        assertThat(store.view(id).state()).isEqualTo(JobState.PENDING_APPROVAL);

        assertThat(approve(engine, id, "anna")).as("not one's own").isFalse();
        assertThat(approve(engine, id, "bert")).isTrue();
        assertThat(approve(engine, id, "bert")).as("not twice").isFalse();
        assertThat(store.view(id).state()).isEqualTo(JobState.PENDING_APPROVAL);
        assertThat(approve(engine, id, "carl")).isTrue();

        store.awaitState(id, JobState.SUCCEEDED);
    }

    @Test
    void twoApproversAtOnceAreTwo() throws Exception {
        Engine engine = store.engine(QUICK, TestKind.of("greet", _ -> "hello"));
        for (int round = 0; round < 20; round++) {
            long id = store.accept(engine, job("greet").approvals(2));
            var bert = CompletableFuture.supplyAsync(() -> approve(engine, id, "bert"));
            var carl = CompletableFuture.supplyAsync(() -> approve(engine, id, "carl"));

            assertThat(bert.get()).isTrue();
            assertThat(carl.get()).isTrue();
            store.awaitState(id, JobState.SUCCEEDED);
        }
    }

    @Test
    void aRepeatedRequestDoesNotConflictWithItsOwnJob() {
        long target = store.target("t", 4);
        Engine engine = store.engine(QUICK.withoutWorker(), TestKind.of("change", _ -> ""));

        var first =
                store.answer(engine, job("change").changing(target).rejecting().once("key", "body"));
        var again =
                store.answer(engine, job("change").changing(target).rejecting().once("key", "body"));
        var other = store.answer(engine, job("change").changing(target).rejecting());

        assertThat(first.born()).isTrue();
        assertThat(again.conflicts()).isFalse();
        assertThat(other.conflicts()).isTrue();
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

    private boolean approve(Engine engine, long id, String who) {
        boolean changed = TestStore.now(io.lockkeeper.job.table.ApproveJob.approve(
                store.pool, id, new io.lockkeeper.job.table.NewJob.Origin(who, "token", null), "fine"));
        engine.jobWasChanged();
        return changed;
    }
}
