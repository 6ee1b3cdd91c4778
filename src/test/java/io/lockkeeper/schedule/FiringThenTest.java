package io.lockkeeper.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.job.engine.TestStore;
import org.junit.jupiter.api.Test;

/// What comes after the job of a due time.
class FiringThenTest extends TwoInstances {
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
}
