package io.lockkeeper.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockkeeper.TestServers;
import io.lockkeeper.job.Jobs;
import io.lockkeeper.job.Kinds;
import io.lockkeeper.job.Limits.TargetUse;
import io.lockkeeper.job.TestJobs;
import io.lockkeeper.job.engine.Engine;
import io.lockkeeper.job.engine.TestStore;
import io.lockkeeper.job.table.QueueUpkeep;
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
import org.junit.jupiter.api.Test;

/// What becomes of due times: on two instances, with a clock that the test sets.
class FiringTest {
    private static final Instant NOON = Instant.parse("2026-03-10T12:00:00Z");

    private final TestStore store = new TestStore();
    private final CountDownLatch ends = new CountDownLatch(1);
    private final Tick tick = new Tick("tick", TargetUse.NONE, ends);
    private final Tick tock = new Tick("tock", TargetUse.READS, ends);
    private final ObjectMapper json = TestJobs.json();
    private final RunStore runs = new RunStore(store.pool, new ScheduleRows(json), json);
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private Instant now = NOON;
    private final Instance one = new Instance();
    private final Instance other = new Instance();

    private final class Instance {
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

    @Test
    void twoInstancesStartEachOfManyDueTimesOnce() throws Exception {
        int schedules = 200;
        int minutes = 4;
        for (int i = 0; i < schedules; i++) {
            schedule("s" + i, "* * * * *", "tick", "{}");
        }
        for (int minute = 1; minute <= minutes; minute++) {
            now = NOON.plus(Duration.ofMinutes(minute)).plusMillis(3);
            together(one::fire, other::fire, one::fire, other::fire);
            one.fire();
            awaitNoUnfinishedJob();
        }
        assertThat(store.count("SELECT count(*) FROM job")).isEqualTo((long) schedules * minutes);
        assertThat(store.count(
                        "SELECT count(DISTINCT (schedule_id, due_at)) FROM schedule_run WHERE outcome = 'started'"))
                .isEqualTo((long) schedules * minutes);
        assertThat(store.count("SELECT count(*) FROM schedule_run")).isEqualTo((long) schedules * minutes);
        assertThat(store.count("""
                SELECT count(*) FROM schedule_run r JOIN schedule s ON s.id = r.schedule_id
                     JOIN job j ON j.id = r.job_id AND j.schedule = s.name AND j.requested_by = 'schedule:' || s.name
                                AND j.requested_via = 'anna'""")).isEqualTo((long) schedules * minutes);
        assertThat(meters.counter("lockkeeper.schedule.runs", "outcome", "started")
                        .count())
                .isEqualTo(schedules * minutes);
    }

    private void together(Runnable... each) throws Exception {
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

    @Test
    void doesNothingBeforeItIsDue() throws Exception {
        schedule("s", "5 12 * * *", "tick", "{}");
        now = at("12:04:59");
        assertThat(one.firing.once()).isEqualTo(Duration.ofSeconds(1));
        assertThat(runs()).isEmpty();
        now = at("12:05:00");
        one.fire();
        assertThat(runs()).containsExactly("12:05 started 0");
        assertThat(one.firing.once()).isEqualTo(Firing.PACE);
    }

    @Test
    void goesOnWhereAnInstanceDiedBeforeItStartedTheJob() throws Exception {
        schedule("s", "*/5 * * * *", "tick", "{}");
        now = at("12:05:01");
        one.firing.decide(TestStore.now(runs.due(now, 10)).getFirst(), now);
        assertThat(runs()).containsExactly("12:05 starting 0");

        other.fire(); // the first one may still be about to
        assertThat(runs()).containsExactly("12:05 starting 0");
        now = at("12:05:12");
        together(one::fire, other::fire);

        assertThat(runs()).containsExactly("12:05 started 0");
        assertThat(store.count("SELECT count(*) FROM job")).isOne();
    }

    @Test
    void findsTheJobAgainWhereAnInstanceDiedBeforeItWroteItDown() throws Exception {
        schedule("s", "*/5 * * * *", "tick", "{}");
        now = at("12:05:01");
        long run = one.firing
                .decide(TestStore.now(runs.due(now, 10)).getFirst(), now)
                .orElseThrow()
                .run();
        Begun begun = TestStore.now(runs.begun(run)).orElseThrow();
        long job = now(one.jobs.start(begun.kind(), begun.spec(), begun.occasion()))
                .job()
                .id();

        // and nobody comes back for a week
        store.ask("UPDATE idempotency SET created_at = clock_timestamp() - interval '7 days'");
        assertThat(TestStore.now(QueueUpkeep.pruneIdempotencyKeys(store.pool, Duration.ofDays(90))))
                .isZero();
        now = now.plus(Duration.ofDays(7));
        other.fire();

        assertThat(store.count("SELECT job_id FROM schedule_run WHERE id = $1", run))
                .isEqualTo(job);
        assertThat(store.count("SELECT count(*) FROM job WHERE id <= $1", job)).isOne();
        store.ask("UPDATE idempotency SET created_at = clock_timestamp() - interval '91 days'");
        assertThat(TestStore.now(QueueUpkeep.pruneIdempotencyKeys(store.pool, Duration.ofDays(90))))
                .isPositive();
    }

    private static <T> T now(io.smallrye.mutiny.Uni<T> uni) throws Exception {
        return Await.await(UniHelper.toFuture(uni), Duration.ofSeconds(20));
    }

    @Test
    void runsOnceForAllThatWasMissed() {
        schedule("s", "*/5 * * * *", "tick", "{}");
        now = at("13:02:30");
        one.fire();
        other.fire();
        assertThat(runs()).containsExactly("13:00 started 11");
        assertThat(store.count("SELECT count(*) FROM job")).isOne();
        awaitNoUnfinishedJob();
        now = at("13:05:00");
        one.fire();
        assertThat(runs()).containsExactly("13:00 started 11", "13:05 started 0");
    }

    @Test
    void runsNothingForWhatWasMissedIfItShallBeSkipped() {
        schedule("s", "*/5 * * * *", "tick", "{}");
        store.ask("UPDATE schedule SET on_missed = 'skip'");
        now = at("13:02:30");
        one.fire();
        assertThat(runs()).containsExactly("13:00 skipped-missed 11");
        assertThat(store.count("SELECT count(*) FROM job")).isZero();

        now = at("13:15:30"); // on time, after two that were missed
        other.fire();
        assertThat(runs()).containsExactly("13:00 skipped-missed 11", "13:15 started 2");
    }

    @Test
    void isStillOnTimeAMinuteLater() {
        schedule("s", "0 * * * *", "tick", "{}");
        store.ask("UPDATE schedule SET on_missed = 'skip'");
        now = at("13:01:00");
        one.fire();
        assertThat(runs()).containsExactly("13:00 started 0");
    }

    @Test
    void doesNotPileUpBehindARunThatHasNotEnded() {
        schedule("s", "* * * * *", "tick", "{\"waits\": true}");
        now = at("12:01:00");
        one.fire();
        now = at("12:02:00");
        other.fire();
        now = at("12:03:00");
        one.fire();
        assertThat(runs()).containsExactly("12:01 started 0", "12:02 skipped-running 0", "12:03 skipped-running 0");
        ends.countDown();
        awaitNoUnfinishedJob();
        now = at("12:04:00");
        other.fire();
        assertThat(runs().getLast()).isEqualTo("12:04 started 0");
    }

    @Test
    void startsWhatComesThenOnceAndTellsItWhatItFollows() throws Exception {
        long target = store.target("orders", 4);
        schedule("s", "*/5 * * * *", "tick", "{}", "test-follow", "{}");
        schedule("t", "*/5 * * * *", "tock", "{\"target\": \"orders\"}", "tock", "{}");
        store.ask("UPDATE schedule SET target_id = $1 WHERE name = 't'", target);
        now = at("12:05:00");
        one.fire();
        awaitNoUnfinishedJob();
        assertThat(thens()).containsExactly("waiting", "waiting");

        together(one::fire, other::fire, one::fire, other::fire);

        assertThat(thens()).containsExactly("started", "started");
        awaitNoUnfinishedJob();
        one.fire();
        other.fire();
        assertThat(store.count("SELECT count(*) FROM job")).isEqualTo(4);
        assertThat(store.count("""
                SELECT count(*) FROM schedule_run r JOIN job j ON j.id = r.then_job_id
                WHERE j.kind = 'test-follow' AND j.spec = jsonb_build_object('tick', r.job_id)
                  AND (j.result ->> 'after')::bigint = r.job_id""")).isOne();
        assertThat(store.count("""
                SELECT count(*) FROM schedule_run r JOIN job j ON j.id = r.then_job_id
                WHERE j.kind = 'tock' AND j.target = 'orders' AND j.schedule = 't' AND j.state = 'SUCCEEDED'""")).isOne();
    }

    @Test
    void findsWhatCameThenAgainWhereAnInstanceDiedBeforeItWroteItDown() throws Exception {
        schedule("s", "*/5 * * * *", "tick", "{}", "test-follow", "{}");
        now = at("12:05:00");
        one.fire();
        awaitNoUnfinishedJob();
        Ended ended = TestStore.now(runs.ended(10)).getFirst();
        long job = now(one.jobs.start(
                        "test-follow", ended.run().spec(), ended.run().next()))
                .job()
                .id();
        other.fire();
        assertThat(store.count("SELECT then_job_id FROM schedule_run")).isEqualTo(job);
        assertThat(store.count("SELECT count(*) FROM job")).isEqualTo(2);
    }

    @Test
    void startsNothingAfterAJobThatFailedOrIsGone() {
        schedule("s", "*/5 * * * *", "tick", "{\"fails\": true}", "test-follow", "{}");
        schedule("t", "*/5 * * * *", "tick", "{}", "test-follow", "{}");
        now = at("12:05:00");
        one.fire();
        awaitNoUnfinishedJob();
        store.ask("DELETE FROM job WHERE schedule = 't'");
        one.fire();
        assertThat(thens()).containsExactly("not-started", "not-started");
        assertThat(store.count("SELECT count(*) FROM job")).isOne();
    }

    @Test
    void waitsForWhatComesThenBeforeTheNextRun() {
        schedule("s", "* * * * *", "tick", "{}", "tick", "{\"waits\": true}");
        now = at("12:01:00");
        one.fire();
        awaitNoUnfinishedJob();
        now = at("12:02:00");
        one.fire();
        assertThat(runs()).containsExactly("12:01 started 0", "12:02 skipped-running 0");
        assertThat(thens().getFirst()).isEqualTo("started");
    }

    @Test
    void writesDownWhyItCouldNotStartAndGoesOn() {
        long target = store.target("orders", 4);
        schedule("gone-target", "* * * * *", "tock", "{\"target\": \"orders\"}");
        store.ask("UPDATE schedule SET target_id = $1", target);
        schedule("gone-kind", "* * * * *", "boom", "{}");
        schedule("refused-spec", "* * * * *", "tick", "{\"most\": 11, \"unknown\": 1}");
        schedule("good", "* * * * *", "tick", "{}");
        schedule("bad-then", "* * * * *", "tick", "{}", "boom", "{}");
        store.ask("DELETE FROM target");
        store.target("orders", 4); // another database of the same name

        now = at("12:01:00");
        one.fire();
        awaitNoUnfinishedJob();
        other.fire();

        assertThat(problems())
                .containsExactly(
                        "bad-then kind-gone",
                        "gone-kind kind-gone",
                        "gone-target unknown-target",
                        "good null",
                        "refused-spec invalid-request");
        assertThat(store.ask("SELECT problem::text FROM schedule WHERE name = 'refused-spec'")
                        .getFirst()
                        .getString(0))
                .contains("/most", "/unknown");
        assertThat(store.count("SELECT count(*) FROM schedule_run WHERE outcome = 'refused' AND problem IS NOT NULL"))
                .isEqualTo(3);
        assertThat(store.count("SELECT count(*) FROM schedule_run WHERE then_outcome = 'refused'"))
                .isOne();
        assertThat(store.count(
                        "SELECT count(*) FROM schedule WHERE due_at = $1",
                        at("12:02:00").atOffset(ZoneOffset.UTC)))
                .isEqualTo(5);

        store.ask("UPDATE schedule SET spec = '{}' WHERE name = 'refused-spec'");
        now = at("12:02:00");
        one.fire();
        assertThat(problems()).contains("refused-spec null");
        assertThat(meters.counter("lockkeeper.schedule.runs", "outcome", "refused")
                        .count())
                .isEqualTo(6);
    }

    private List<String> problems() {
        return store.ask("SELECT name, problem ->> 'code' AS code FROM schedule ORDER BY name").stream()
                .map(row -> row.getString(0) + " " + row.getString(1))
                .toList();
    }

    @Test
    void leavesAsideWhatThisVersionCannotRead() {
        schedule("a", "* * * * *", "tick", "{}");
        schedule("b", "* * * * *", "tick", "{}");
        schedule("c", "* * * * *", "tick", "{}");
        store.ask("UPDATE schedule SET time_zone = 'Mars/Olympus_Mons' WHERE name = 'a'");
        store.ask("UPDATE schedule SET cron = '* * * * * * 2077' WHERE name = 'b'");
        now = at("12:01:00");
        one.fire();
        assertThat(runs()).containsExactly("12:01 started 0");
        assertThat(store.count(
                        "SELECT count(*) FROM schedule WHERE next_at = $1",
                        at("12:06:00").atOffset(ZoneOffset.UTC)))
                .isEqualTo(2);
    }

    @Test
    void survivesAStoreThatIsAway() throws Exception {
        schedule("s", "* * * * *", "tick", "{}");
        String database = store.address.database();
        var root = TestServers.server().address("postgres");
        now = at("12:01:00");
        TestServers.execute(
                root,
                "ALTER DATABASE " + database + " ALLOW_CONNECTIONS false",
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + database + "'");
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(one.firing::once).isInstanceOf(Exception.class);
        }
        TestServers.execute(root, "ALTER DATABASE " + database + " ALLOW_CONNECTIONS true");
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(100))
                .ignoreExceptions()
                .until(() -> {
                    one.firing.once();
                    now = now.plusSeconds(11); // whatever was begun is taken up again
                    return runs().equals(List.of("12:01 started 0"));
                });
        awaitNoUnfinishedJob();
        assertThat(store.count("SELECT count(*) FROM job WHERE state = 'SUCCEEDED'"))
                .isOne();
    }

    @Test
    void takesSoManyAtATimeAndTellsHowManyAreLate() throws Exception {
        for (int i = 0; i < 205; i++) {
            schedule("s" + i, "@hourly", "tick", "{}");
        }
        now = at("13:05:00");
        assertThat(one.firing.once()).isZero();
        assertThat(meters.get("lockkeeper.schedules.late").gauge().value()).isEqualTo(5);
        assertThat(one.firing.once()).isEqualTo(Firing.PACE);
        assertThat(meters.get("lockkeeper.schedules.late").gauge().value()).isZero();
        assertThat(runs()).hasSize(205);
    }

    @Test
    void forgetsWhatIsOldWithTheHistoryOfJobs() throws Exception {
        schedule("s", "* * * * *", "tick", "{}");
        now = at("12:03:00");
        one.fire();
        assertThat(runs()).containsExactly("12:02 started 1");
        awaitNoUnfinishedJob();
        now = now.plus(Duration.ofDays(89));
        assertThat(one.firing.prune(Duration.ofDays(90))).isZero();
        now = now.plus(Duration.ofDays(2));
        assertThat(one.firing.prune(Duration.ofDays(90))).isOne();
    }

    @Test
    void doesNotStartWhatWasPausedOrChangedInTheSameMoment() throws Exception {
        schedule("s", "* * * * *", "tick", "{}");
        now = at("12:01:00");
        var due = TestStore.now(runs.due(now, 10)).getFirst();
        store.ask("UPDATE schedule SET paused = true, due_at = NULL, next_at = NULL, version = version + 1");
        assertThat(one.firing.decide(due, now)).isEmpty();
        assertThat(runs()).isEmpty();
    }

    private void schedule(String name, String cron, String kind, String spec) {
        schedule(name, cron, kind, spec, "", "{}");
    }

    private void schedule(String name, String cron, String kind, String spec, String thenKind, String thenSpec) {
        Instant due = Cron.of(cron).next(NOON, ZoneOffset.UTC);
        store.ask("""
                INSERT INTO schedule (name, cron, time_zone, kind, spec, then_kind, then_spec, on_missed, jitter_ms, paused,
                                      due_at, next_at, changed_by)
                VALUES ($1, $2, 'UTC', $3, $4::text::jsonb, nullif($5, ''),
                        CASE WHEN $5 <> '' THEN $6::text::jsonb END, 'run-once', 0, false, $7, $7, 'anna')""", name, cron, kind, spec, thenKind, thenSpec, due.atOffset(ZoneOffset.UTC));
    }

    private void awaitNoUnfinishedJob() {
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> store.count("SELECT count(*) FROM job WHERE finished_at IS NULL") == 0);
    }

    /// Such as `12:05 started 0`.
    private List<String> runs() {
        return store.ask("SELECT due_at, outcome, missed FROM schedule_run ORDER BY due_at, id").stream()
                .map(FiringTest::run)
                .toList();
    }

    private static String run(Row row) {
        return row.getOffsetDateTime(0).withOffsetSameInstant(ZoneOffset.UTC).toLocalTime() + " " + row.getString(1)
                + " " + row.getInteger(2);
    }

    private List<String> thens() {
        return store.ask("SELECT then_outcome FROM schedule_run WHERE outcome = 'started' ORDER BY id").stream()
                .map(row -> row.getString(0))
                .toList();
    }

    private static Instant at(String time) {
        return Instant.parse("2026-03-10T" + time + "Z");
    }
}
