package io.lockkeeper.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.job.engine.TestStore;
import io.lockkeeper.job.table.QueueUpkeep;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// What becomes of due times.
class FiringTest extends TwoInstances {
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
    void doesNotStartWhatWasPausedOrChangedInTheSameMoment() throws Exception {
        schedule("s", "* * * * *", "tick", "{}");
        now = at("12:01:00");
        var due = TestStore.now(runs.due(now, 10)).getFirst();
        store.ask("UPDATE schedule SET paused = true, due_at = NULL, next_at = NULL, version = version + 1");
        assertThat(one.firing.decide(due, now)).isEmpty();
        assertThat(runs()).isEmpty();
    }
}
