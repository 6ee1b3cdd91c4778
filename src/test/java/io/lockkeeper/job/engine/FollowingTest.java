package io.lockkeeper.job.engine;

import static io.lockkeeper.job.engine.Settings.QUICK;
import static io.lockkeeper.job.engine.TestStore.job;
import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.job.JobEvent;
import io.lockkeeper.job.table.AcceptJobs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Whoever follows sees everything that was committed, once and in order, however many commit at the same time.
class FollowingTest {
    private static final int JOBS = 2_000;

    private final TestStore store = new TestStore();

    @AfterEach
    void close() throws InterruptedException {
        store.close();
    }

    @Test
    void missesAndRepeatsNothingWhileManyInstancesCommit() {
        TestKind chatty = TestKind.of("chatty", job -> {
            job.log("one");
            return job.step("think", () -> "");
        });
        List<Engine> engines = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            engines.add(store.engine(QUICK.withSlots(16), chatty));
        }
        List<Eager> readers = new ArrayList<>();
        List<CompletableFuture<AcceptJobs.Answer>> answers = new ArrayList<>();
        for (int i = 0; i < JOBS; i++) {
            answers.add(engines.get(i % 4).accept(job("chatty").build()));
            if (i % 200 == 0) { // they come and go in the middle, each through another instance
                readers.add(new Eager(engines.get(i / 200 % 4), i % 400 == 0 ? 1 : 7));
                answers.getLast().join();
            }
        }

        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> store.count("SELECT count(*) FROM job WHERE finished_at IS NOT NULL") == JOBS);
        List<Long> all = store.ask("SELECT seq FROM job_event ORDER BY seq").stream()
                .map(row -> row.getLong(0))
                .toList();
        assertThat(all).hasSize(JOBS * 6);
        for (Eager reader : readers) {
            Awaitility.await().atMost(TestStore.BOUND).until(() -> reader.seen.size() >= all.size());
            assertThat(reader.seen).isEqualTo(all);
            reader.following.close();
        }
    }

    /// Reads everything from the beginning; every so often it is full and takes nothing until a moment later.
    private final class Eager implements Following.Reader {
        final List<Long> seen = Collections.synchronizedList(new ArrayList<>());
        private final Following following;
        private final int fullEvery;
        private int offered;

        Eager(Engine engine, int fullEvery) {
            this.fullEvery = fullEvery;
            this.following = engine.tail().following(null, 0, this);
            following.resume();
        }

        @Override
        public int take(List<JobEvent> events) {
            if (fullEvery > 1 && ++offered % fullEvery == 0) {
                store.vertx.setTimer(5, _ -> following.resume());
                events.subList(0, events.size() / 2).forEach(event -> seen.add(event.seq()));
                return events.size() / 2;
            }
            events.forEach(event -> seen.add(event.seq()));
            return events.size();
        }
    }
}
