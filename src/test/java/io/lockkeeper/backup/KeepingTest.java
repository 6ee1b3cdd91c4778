package io.lockkeeper.backup;

import static io.lockkeeper.backup.KeepingStories.NOW;
import static io.lockkeeper.backup.KeepingStories.backup;
import static io.lockkeeper.backup.KeepingStories.keeping;
import static io.lockkeeper.backup.KeepingStories.kept;
import static io.lockkeeper.backup.KeepingStories.rules;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockkeeper.backup.Keeping.Fate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Each row is a story: what there is, by when it was taken, and what stays and why. Ids are given in the order of the
/// list, from 1.
class KeepingTest {
    @Test
    void keepsNothingOfNothing() {
        assertThat(kept(rules().daily(7), "UTC")).isEmpty();
    }

    @Test
    void keepsTheOnlyOneWhateverTheRulesSay() {
        assertThat(kept(rules().within("1h"), "UTC", "1999-01-01T00:00Z")).containsExactly("1: at least 1, within 1h");
    }

    @Test
    void keepsTheLast() {
        assertThat(kept(rules().last(2), "UTC", "2026-11-01T00:00Z", "2026-11-03T00:00Z", "2026-11-02T00:00Z"))
                .containsExactly("2: at least 1, last 1", "3: last 2");
    }

    @Test
    void keepsTheNewestOfEachDayThatHasOne() {
        assertThat(kept(
                        rules().daily(2),
                        "UTC",
                        "2026-11-01T01:00Z",
                        "2026-11-10T01:00Z",
                        "2026-11-10T13:00Z",
                        "2026-11-20T01:00Z",
                        "2026-11-20T23:59Z"))
                .containsExactly("5: at least 1, daily 2026-11-20", "3: daily 2026-11-10");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            UTC                 | 2026-11-20T22:30Z | 2026-11-20T23:30Z | 2: at least 1, daily 2026-11-20
            Europe/Berlin       | 2026-11-20T22:30Z | 2026-11-20T23:30Z | 2: at least 1, daily 2026-11-21; 1: daily 2026-11-20
            America/Los_Angeles | 2026-11-20T07:30Z | 2026-11-20T08:30Z | 2: at least 1, daily 2026-11-20; 1: daily 2026-11-19
            Pacific/Kiritimati  | 2026-11-20T09:59Z | 2026-11-20T10:00Z | 2: at least 1, daily 2026-11-21; 1: daily 2026-11-20
            Asia/Kathmandu      | 2026-11-20T18:14Z | 2026-11-20T18:15Z | 2: at least 1, daily 2026-11-21; 1: daily 2026-11-20
            """)
    void daysBeginWhereTheClockSaysSo(String zone, String first, String second, String expected) {
        assertThat(kept(rules().daily(2), zone, first, second)).containsExactly(expected.split("; "));
    }

    /// A day of 23 hours, one of 25, and one on which the clock shows 2:30 twice: a day is a day.
    @ParameterizedTest
    @CsvSource({
        "2026-03-28T23:30Z, 2026-03-29T21:30Z", // forward: from 0:30 to 23:30 of the same day, 22 hours later
        "2026-10-24T22:30Z, 2026-10-25T22:30Z", // back: the same, 24 hours later
        "2026-10-25T00:30Z, 2026-10-25T01:30Z", // 2:30, and 2:30
    })
    void summerTimeMakesNoNewDay(String first, String second) {
        assertThat(kept(rules().daily(5), "Europe/Berlin", first, second)).hasSize(1);
    }

    /// Clocks that were put back from 0:01 to 23:01 showed the first minute of Sunday, and then Saturday again.
    @Test
    void aDayThatComesTwiceCountsOnce() {
        assertThat(kept(
                        rules().daily(3),
                        "America/St_Johns",
                        "2010-11-06T20:00Z", // Saturday
                        "2010-11-07T02:30:30Z", // 0:00:30 on Sunday
                        "2010-11-07T02:45Z", // 23:15 on Saturday
                        "2010-11-07T12:00Z")) // Sunday
                .containsExactly("4: at least 1, daily 2010-11-07", "3: daily 2010-11-06");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            2026-12-28T12:00Z | 2027-01-03T12:00Z | 2: at least 1, weekly 2026-W53
            2027-01-03T12:00Z | 2027-01-04T12:00Z | 2: at least 1, weekly 2027-W01; 1: weekly 2026-W53
            2024-12-29T12:00Z | 2024-12-30T12:00Z | 2: at least 1, weekly 2025-W01; 1: weekly 2024-W52
            2024-12-31T12:00Z | 2025-01-05T23:00Z | 2: at least 1, weekly 2025-W01
            2021-01-03T12:00Z | 2021-12-31T12:00Z | 2: at least 1, weekly 2021-W52; 1: weekly 2020-W53
            """)
    void weeksGoOverNewYear(String first, String second, String expected) {
        assertThat(kept(rules().weekly(9), "UTC", first, second)).containsExactly(expected.split("; "));
    }

    @Test
    void monthsAndYearsTakeTheirNewest() {
        assertThat(kept(
                        rules().monthly(2).yearly(2),
                        "UTC",
                        "2024-06-01T00:00Z",
                        "2025-12-30T00:00Z",
                        "2025-12-31T00:00Z",
                        "2026-01-31T00:00Z",
                        "2026-02-01T00:00Z"))
                .containsExactly("5: at least 1, monthly 2026-02, yearly 2026", "4: monthly 2026-01", "3: yearly 2025");
    }

    /// A year of nightly backups, and the scheme that everybody uses.
    @Test
    void grandfatherFatherSon() {
        Instant first = Instant.parse("2025-11-22T02:00:00Z");
        List<Keepable> year = IntStream.range(0, 365)
                .mapToObj(night ->
                        backup(night + 1, first.plus(Duration.ofDays(night))).made())
                .toList();

        List<Fate> kept = keeping(rules().daily(7).weekly(4).monthly(12), "UTC").fates(year).stream()
                .filter(fate -> !fate.goes())
                .toList();

        assertThat(kept).hasSize(7 + 2 + 11); // two of the weeks and one of the months are in the days
        assertThat(kept.stream().flatMap(fate -> fate.reasons().stream()))
                .filteredOn(reason -> reason.startsWith("monthly"))
                .hasSize(12);
    }

    @Test
    void withinCountsFromTheNewestAndNotFromNow() {
        assertThat(kept(
                        rules().within("72h"),
                        "UTC",
                        "2020-01-01T00:00Z",
                        "2020-01-02T00:00Z",
                        "2020-01-05T00:00Z",
                        "2020-01-01T23:59:59Z"))
                .containsExactly("3: at least 1, within 72h", "2: within 72h");
    }

    @Test
    void keepsAtLeastSoMany() {
        assertThat(kept(
                        rules().yearly(1).atLeast(3),
                        "UTC",
                        "2026-01-01T00:00Z",
                        "2026-01-02T00:00Z",
                        "2026-01-03T00:00Z",
                        "2026-01-04T00:00Z"))
                .containsExactly("4: at least 3, yearly 2026", "3: at least 3", "2: at least 3");
    }

    @Test
    void ofTwoAtTheSameMomentTheLaterOneIsTheNewer() {
        assertThat(kept(rules().last(1), "UTC", "2026-11-01T00:00Z", "2026-11-01T00:00Z"))
                .containsExactly("2: at least 1, last 1");
    }

    @Test
    void theOrderOfTheListDoesNotMatter() {
        List<Keepable> backups = new ArrayList<>(IntStream.range(0, 200)
                .mapToObj(i -> backup(i + 1, NOW.minus(Duration.ofHours(7L * (i % 150))))
                        .made())
                .toList());
        Keeping keeping = keeping(rules().last(2).daily(5).weekly(3).monthly(2), "Asia/Tokyo");
        List<Fate> expected = keeping.fates(backups);

        for (int seed = 0; seed < 20; seed++) {
            Collections.shuffle(backups, new Random(seed));
            assertThat(keeping.fates(backups)).isEqualTo(expected);
        }
        assertThat(expected).hasSize(200);
    }

    /// What stays today is enough for what the rules want tomorrow: pruning every night keeps the same as pruning once.
    @Test
    void pruningEveryNightKeepsTheSameAsPruningOnce() {
        Keeping keeping = keeping(rules().daily(5).weekly(4).monthly(6).yearly(2), "Europe/Berlin");
        List<Keepable> all = new ArrayList<>();
        List<Keepable> pruned = new ArrayList<>();
        for (int night = 0; night < 900; night++) {
            Keepable fresh =
                    backup(night + 1, NOW.plus(Duration.ofHours(21L * night))).made();
            all.add(fresh);
            pruned.add(fresh);
            pruned = new ArrayList<>(keeping.fates(pruned).stream()
                    .filter(fate -> !fate.goes())
                    .map(Fate::backup)
                    .toList());
        }

        List<Keepable> once = keeping.fates(all).stream()
                .filter(fate -> !fate.goes())
                .map(Fate::backup)
                .toList();
        assertThat(pruned).isEqualTo(once);
    }

    @Test
    void refusesRulesThatKeepNothing() {
        assertThatThrownBy(rules()::made)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("must keep something");
        assertThatThrownBy(rules().daily(0).last(0)::made).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(rules().atLeast(3)::made).isInstanceOf(IllegalArgumentException.class);
    }
}
