package io.lockkeeper.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockkeeper.TestServers;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/// Nothing keeps the other schedules from firing.
class FiringGoesOnTest extends TwoInstances {
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
}
