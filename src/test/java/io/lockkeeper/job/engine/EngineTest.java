package io.lockkeeper.job.engine;

import static io.lockkeeper.job.engine.Settings.QUICK;
import static io.lockkeeper.job.engine.TestStore.job;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockkeeper.http.Problem;
import io.lockkeeper.job.JobState;
import io.lockkeeper.job.JobView;
import io.lockkeeper.job.PermanentFailure;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
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

    private boolean approve(Engine engine, long id, String who) {
        boolean changed = TestStore.now(io.lockkeeper.job.table.ApproveJob.approve(
                store.pool, id, new io.lockkeeper.job.table.NewJob.Origin(who, "token", null), "fine"));
        engine.jobWasChanged();
        return changed;
    }
}
