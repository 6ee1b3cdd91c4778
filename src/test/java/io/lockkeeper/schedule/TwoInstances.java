package io.lockkeeper.schedule;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockkeeper.job.Jobs;
import io.lockkeeper.job.Kinds;
import io.lockkeeper.job.Limits.TargetUse;
import io.lockkeeper.job.TestJobs;
import io.lockkeeper.job.engine.Engine;
import io.lockkeeper.job.engine.TestStore;
import io.lockkeeper.postgres.Await;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.mutiny.vertx.UniHelper;
import io.vertx.sqlclient.Row;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;

/// What tests of firing stand on: two instances on one store, with a clock that the test sets.
class TwoInstances {
    static final Instant NOON = Instant.parse("2026-03-10T12:00:00Z");

    final TestStore store = new TestStore();
    final CountDownLatch ends = new CountDownLatch(1);
    final Tick tick = new Tick("tick", TargetUse.NONE, ends);
    final Tick tock = new Tick("tock", TargetUse.READS, ends);
    final ObjectMapper json = TestJobs.json();
    final RunStore runs = new RunStore(store.pool, new ScheduleRows(json), json);
    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    Instant now = NOON;
    final Instance one = new Instance();
    final Instance other = new Instance();

    final class Instance {
        final Engine engine = store.engine(tick, tock, new TestFollowJob());
        final Kinds kinds = new Kinds(List.of(tick, tock, new TestFollowJob()));
        final Jobs jobs = TestJobs.on(engine, store.pool, kinds);
        final ScheduleMetrics metrics = new ScheduleMetrics(meters);
        final Launch launch = new Launch(jobs, kinds, runs, metrics);
        final Firing firing = new Firing(runs, launch, metrics, () -> now);

        void fire() {
            try {
                firing.once();
            } catch (InterruptedException | java.util.concurrent.TimeoutException failed) {
                throw new IllegalStateException(failed);
            }
        }
    }

    @AfterEach
    void close() throws InterruptedException {
        ends.countDown();
        store.close();
    }

    static <T> T now(io.smallrye.mutiny.Uni<T> uni) throws Exception {
        return Await.await(UniHelper.toFuture(uni), Duration.ofSeconds(20));
    }

    void schedule(String name, String cron, String kind, String spec) {
        schedule(name, cron, kind, spec, "", "{}");
    }

    void schedule(String name, String cron, String kind, String spec, String thenKind, String thenSpec) {
        Instant due = Cron.of(cron).next(NOON, ZoneOffset.UTC);
        store.ask("""
                INSERT INTO schedule (name, cron, time_zone, kind, spec, then_kind, then_spec, on_missed, jitter_ms, paused,
                                      due_at, next_at, changed_by)
                VALUES ($1, $2, 'UTC', $3, $4::text::jsonb, nullif($5, ''),
                        CASE WHEN $5 <> '' THEN $6::text::jsonb END, 'run-once', 0, false, $7, $7, 'anna')""", name, cron, kind, spec, thenKind, thenSpec, due.atOffset(ZoneOffset.UTC));
    }

    void together(Runnable... each) throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Object>> calls = new ArrayList<>();
            for (Runnable one : each) {
                calls.add(Executors.callable(one));
            }
            for (Future<Object> done : threads.invokeAll(calls)) {
                done.get();
            }
        }
    }

    void awaitNoUnfinishedJob() {
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> store.count("SELECT count(*) FROM job WHERE finished_at IS NULL") == 0);
    }

    /// Such as `12:05 started 0`.
    List<String> runs() {
        return store.ask("SELECT due_at, outcome, missed FROM schedule_run ORDER BY due_at, id").stream()
                .map(TwoInstances::run)
                .toList();
    }

    static String run(Row row) {
        return row.getOffsetDateTime(0).withOffsetSameInstant(ZoneOffset.UTC).toLocalTime() + " " + row.getString(1)
                + " " + row.getInteger(2);
    }

    List<String> thens() {
        return store.ask("SELECT then_outcome FROM schedule_run WHERE outcome = 'started' ORDER BY id").stream()
                .map(row -> row.getString(0))
                .toList();
    }

    static Instant at(String time) {
        return Instant.parse("2026-03-10T" + time + "Z");
    }
}
