package io.lockkeeper.job.engine;

import static io.lockkeeper.job.engine.Settings.QUICK;
import static io.lockkeeper.job.engine.TestStore.job;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockkeeper.job.JobState;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Who is accepted, and whose turn it is.
class EngineQueueTest {
    private final TestStore store = new TestStore();

    @AfterEach
    void close() throws InterruptedException {
        store.close();
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
}
