package io.lockkeeper.job.engine;

import static io.lockkeeper.job.engine.Settings.QUICK;
import static io.lockkeeper.job.engine.TestStore.job;
import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.job.table.AcceptJobs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Two instances that fight for the same jobs. What excludes each other never runs together, in memory and by the
/// record.
class TwoEnginesTest {
    private static final int JOBS = 10_000;
    private static final int TARGETS = 20;
    private static final int PLACES = 3;

    private final TestStore store = new TestStore();
    private final Map<String, AtomicInteger> changing = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> running = new ConcurrentHashMap<>();
    private final AtomicInteger broken = new AtomicInteger();

    @AfterEach
    void close() throws InterruptedException {
        store.close();
    }

    @Test
    void keepApartWhatExcludesEachOtherUnderTenThousandContendedJobs() {
        List<Long> targets = new ArrayList<>();
        for (int i = 0; i < TARGETS; i++) {
            targets.add(store.target("t" + i, PLACES));
        }
        AtomicInteger runsOfOne = new AtomicInteger();
        AtomicInteger runsOfOther = new AtomicInteger();
        Engine one = store.engine(QUICK.withSlots(48), change(runsOfOne), read(runsOfOne));
        Engine other = store.engine(QUICK.withSlots(48), change(runsOfOther), read(runsOfOther));

        List<CompletableFuture<AcceptJobs.Answer>> answers = new ArrayList<>();
        for (int i = 0; i < JOBS; i++) {
            long target = targets.get(i % TARGETS);
            answers.add((ThreadLocalRandom.current().nextBoolean() ? one : other)
                    .accept((i % 5 < 3
                                    ? job("change").changing(target)
                                    : job("read").on(target))
                            .build()));
        }
        answers.forEach(CompletableFuture::join);

        Awaitility.await()
                .atMost(Duration.ofSeconds(100))
                .pollInterval(Duration.ofMillis(100))
                .until(() -> store.count("SELECT count(*) FROM job WHERE finished_at IS NOT NULL") == JOBS);
        assertThat(store.count("SELECT count(*) FROM job WHERE state = 'SUCCEEDED' AND attempt = 1"))
                .isEqualTo(JOBS);
        assertThat(runsOfOne.get() + runsOfOther.get()).isEqualTo(JOBS);
        assertThat(List.of(runsOfOne.get(), runsOfOther.get())).allMatch(runs -> runs > JOBS / 10);
        assertThat(broken).as("met what excludes them").hasValue(0);
        assertThat(runsThatMeetInTheirLane()).isZero();
        assertThat(mostRunsOfATargetAtATime()).isLessThanOrEqualTo(PLACES);
        assertThat(store.count("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"))
                .isZero();
    }

    private TestKind change(AtomicInteger runs) {
        return TestKind.of("change", job -> {
            together(changing, job.target(), 1);
            try {
                return read(runs, job.target());
            } finally {
                changing.get(job.target()).decrementAndGet();
            }
        });
    }

    private TestKind read(AtomicInteger runs) {
        return TestKind.of("read", job -> read(runs, job.target()));
    }

    private String read(AtomicInteger runs, String target) {
        together(running, target, PLACES);
        Thread.yield();
        running.get(target).decrementAndGet();
        runs.incrementAndGet();
        return "";
    }

    private void together(Map<String, AtomicInteger> who, String target, int most) {
        if (who.computeIfAbsent(target, _ -> new AtomicInteger()).incrementAndGet() > most) {
            broken.incrementAndGet();
        }
    }

    /// By the order in which it was committed: a run that begins before the one before it in its lane has ended.
    private long runsThatMeetInTheirLane() {
        return store.count("""
                WITH run AS (
                    SELECT j.lane, min(e.seq) AS began, max(e.seq) AS ended
                    FROM job j JOIN job_event e ON e.job_id = j.id AND e.data ->> 'state' IN ('RUNNING', 'SUCCEEDED')
                    WHERE j.exclusive
                    GROUP BY j.lane, j.id
                )
                SELECT count(*)
                FROM (SELECT began, lag(ended) OVER (PARTITION BY lane ORDER BY began) AS before FROM run) r
                WHERE before > began
                """);
    }

    private long mostRunsOfATargetAtATime() {
        return store.count("""
                SELECT max(together)
                FROM (SELECT sum(CASE WHEN e.data ->> 'state' = 'RUNNING' THEN 1 ELSE -1 END)
                                 OVER (PARTITION BY j.target_id ORDER BY e.seq) AS together
                      FROM job j JOIN job_event e ON e.job_id = j.id AND e.data ->> 'state' IN ('RUNNING', 'SUCCEEDED')) t
                """);
    }
}
