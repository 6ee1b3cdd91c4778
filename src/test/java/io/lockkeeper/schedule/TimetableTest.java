package io.lockkeeper.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.schedule.Timetable.Due;
import io.lockkeeper.schedule.Timetable.Turn;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TimetableTest {
    private static final Instant NOON = Instant.parse("2026-03-10T12:00:00Z");

    @Test
    void isOnTimeWithoutJitter() {
        assertThat(every("*/5 * * * *", "0s").after(NOON)).isEqualTo(due("12:05"));
    }

    @Test
    void isLateByTheSameOnEveryInstanceAndByAnotherAtAnotherTime() {
        Set<Duration> late = new HashSet<>();
        Due due = hourly("nightly", "5m").after(NOON);
        for (int i = 0; i < 100; i++) {
            assertThat(hourly("nightly", "5m").after(due.time().minusSeconds(1)))
                    .isEqualTo(due);
            assertThat(Duration.between(due.time(), due.at()))
                    .isGreaterThanOrEqualTo(Duration.ZERO)
                    .isLessThan(Duration.ofMinutes(5));
            late.add(Duration.between(due.time(), due.at()));
            due = hourly("nightly", "5m").after(due.time());
        }
        assertThat(late).hasSizeGreaterThan(90);
        assertThat(hourly("nightly", "5m").after(NOON))
                .isNotEqualTo(hourly("weekly", "5m").after(NOON));
    }

    @Test
    void neverComesAfterTheTimeThatFollows() {
        Timetable minutely = every("* * * * *", "12h");
        Due due = minutely.after(NOON);
        for (int i = 0; i < 1000; i++) {
            Due next = minutely.after(due.time());
            assertThat(due.at()).isBefore(next.time());
            due = next;
        }
    }

    @Test
    void takesOneTimeAfterTheOther() {
        Timetable table = every("*/5 * * * *", "0s");
        assertThat(table.turn(due("12:05"), at("12:05:00"))).isEqualTo(new Turn(due("12:05"), 0, due("12:10")));
        assertThat(table.turn(due("12:05"), at("12:05:59"))).isEqualTo(new Turn(due("12:05"), 0, due("12:10")));
        assertThat(table.turn(due("12:05"), at("12:09:59"))).isEqualTo(new Turn(due("12:05"), 0, due("12:10")));
    }

    @Test
    void takesTogetherWhatWasMissed() {
        Timetable table = every("*/5 * * * *", "0s");
        assertThat(table.turn(due("12:05"), at("12:10:00"))).isEqualTo(new Turn(due("12:10"), 1, due("12:15")));
        assertThat(table.turn(due("12:05"), at("12:24:00"))).isEqualTo(new Turn(due("12:20"), 3, due("12:25")));
        assertThat(table.turn(due("12:05"), at("13:00:30"))).isEqualTo(new Turn(due("13:00"), 11, due("13:05")));
        assertThat(due("12:20").isMissed(at("12:21:00"))).isFalse();
        assertThat(due("12:20").isMissed(at("12:21:01"))).isTrue();
    }

    private static Timetable every(String cron, String jitter) {
        return new Timetable(Cron.of(cron), ZoneId.of("UTC"), io.lockkeeper.http.Durations.parse(jitter), "nightly");
    }

    private static Timetable hourly(String seed, String jitter) {
        return new Timetable(Cron.of("@hourly"), ZoneId.of("UTC"), io.lockkeeper.http.Durations.parse(jitter), seed);
    }

    private static Due due(String time) {
        return new Due(at(time), at(time));
    }

    private static Instant at(String time) {
        return Instant.parse("2026-03-10T" + time + (time.length() == 5 ? ":00Z" : "Z"));
    }
}
