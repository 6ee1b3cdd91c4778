package io.lockkeeper.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// When a cron expression comes, in zones whose clocks are put forward and back by an hour, by half of one
/// and by a day.
class CronTest {
    private static final ZoneId UTC = ZoneId.of("UTC");

    @ParameterizedTest(name = "{0} after {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                // every minute, and the second does not matter
                "* * * * *            | 2026-03-10T10:00:00Z | 2026-03-10T10:01Z 2026-03-10T10:02Z",
                "* * * * *            | 2026-03-10T10:00:59Z | 2026-03-10T10:01Z 2026-03-10T10:02Z",
                "* * * * *            | 2026-12-31T23:59:00Z | 2027-01-01T00:00Z",
                // lists, ranges, steps
                "0,15,30,45 * * * *   | 2026-03-10T10:40:00Z | 2026-03-10T10:45Z 2026-03-10T11:00Z 2026-03-10T11:15Z",
                "*/20 * * * *         | 2026-03-10T10:00:00Z | 2026-03-10T10:20Z 2026-03-10T10:40Z 2026-03-10T11:00Z",
                "5-10/2 * * * *       | 2026-03-10T10:00:00Z | 2026-03-10T10:05Z 2026-03-10T10:07Z 2026-03-10T10:09Z 2026-03-10T11:05Z",
                "7,50-52,*/30 3 * * * | 2026-03-10T00:00:00Z | 2026-03-10T03:00Z 2026-03-10T03:07Z 2026-03-10T03:30Z 2026-03-10T03:50Z",
                "0 */6 * * *          | 2026-03-10T07:00:00Z | 2026-03-10T12:00Z 2026-03-10T18:00Z 2026-03-11T00:00Z",
                "59 23 31 12 *        | 2026-03-10T07:00:00Z | 2026-12-31T23:59Z 2027-12-31T23:59Z",
                // names, in any case, and 7 for Sunday
                "0 9 * JAN,jul *      | 2026-01-31T10:00:00Z | 2026-07-01T09:00Z",
                "0 9 * * MON-FRI      | 2026-03-06T09:00:00Z | 2026-03-09T09:00Z 2026-03-10T09:00Z",
                "0 9 * * 7            | 2026-03-06T09:00:00Z | 2026-03-08T09:00Z 2026-03-15T09:00Z",
                "0 9 * * 0            | 2026-03-06T09:00:00Z | 2026-03-08T09:00Z 2026-03-15T09:00Z",
                "0 9 * * sun          | 2026-03-06T09:00:00Z | 2026-03-08T09:00Z 2026-03-15T09:00Z",
                "0 9 * * 6-7          | 2026-03-06T09:00:00Z | 2026-03-07T09:00Z 2026-03-08T09:00Z 2026-03-14T09:00Z",
                "0 9 * * FRI-SUN      | 2026-03-06T09:00:00Z | 2026-03-07T09:00Z 2026-03-08T09:00Z 2026-03-13T09:00Z",
                "0 0 1 APR-JUN/2 *    | 2026-03-06T09:00:00Z | 2026-04-01T00:00Z 2026-06-01T00:00Z 2027-04-01T00:00Z",
                // both fields for days: either will do, unless one begins with a star
                "0 0 13 * FRI         | 2026-03-01T00:00:00Z | 2026-03-06T00:00Z 2026-03-13T00:00Z 2026-03-20T00:00Z 2026-03-27T00:00Z 2026-04-03T00:00Z 2026-04-10T00:00Z 2026-04-13T00:00Z",
                "0 0 */2 * MON        | 2026-03-01T00:00:00Z | 2026-03-09T00:00Z 2026-03-23T00:00Z 2026-04-13T00:00Z",
                "0 0 13 * *           | 2026-03-01T00:00:00Z | 2026-03-13T00:00Z 2026-04-13T00:00Z",
                "0 0 * * FRI          | 2026-03-01T00:00:00Z | 2026-03-06T00:00Z 2026-03-13T00:00Z",
                // days that not every month has
                "0 0 31 * *           | 2026-03-31T00:00:00Z | 2026-05-31T00:00Z 2026-07-31T00:00Z 2026-08-31T00:00Z 2026-10-31T00:00Z",
                "0 0 29 2 *           | 2026-03-01T00:00:00Z | 2028-02-29T00:00Z 2032-02-29T00:00Z",
                "0 0 29 2 *           | 2096-03-01T00:00:00Z | 2104-02-29T00:00Z",
                "0 0 30 2 MON         | 2026-02-20T00:00:00Z | 2026-02-23T00:00Z 2027-02-01T00:00Z",
                "0 0 30,31 2,4 *      | 2026-01-01T00:00:00Z | 2026-04-30T00:00Z 2027-04-30T00:00Z",
                // by name
                "@hourly              | 2026-03-10T10:30:00Z | 2026-03-10T11:00Z 2026-03-10T12:00Z",
                "@daily               | 2026-03-10T10:30:00Z | 2026-03-11T00:00Z 2026-03-12T00:00Z",
                "@midnight            | 2026-03-10T10:30:00Z | 2026-03-11T00:00Z",
                "@weekly              | 2026-03-10T10:30:00Z | 2026-03-15T00:00Z 2026-03-22T00:00Z",
                "@monthly             | 2026-03-10T10:30:00Z | 2026-04-01T00:00Z 2026-05-01T00:00Z",
                "@yearly              | 2026-03-10T10:30:00Z | 2027-01-01T00:00Z 2028-01-01T00:00Z",
                "@annually            | 2026-03-10T10:30:00Z | 2027-01-01T00:00Z",
            })
    void comesInUtc(String cron, Instant after, String expected) {
        assertThat(next(cron, UTC, after, expected)).isEqualTo(moments(expected));
    }

    @ParameterizedTest(name = "{0}: {1} after {2}")
    @CsvSource(
            delimiter = '|',
            value = {
                // Berlin, 29 March 2026: 02:00 becomes 03:00. A time in the gap comes once, at its end.
                "Europe/Berlin       | 30 2 * * *       | 2026-03-28T03:00+01:00 | 2026-03-29T03:00+02:00 2026-03-30T02:30+02:00",
                "Europe/Berlin       | 0 2 * * *        | 2026-03-28T03:00+01:00 | 2026-03-29T03:00+02:00 2026-03-30T02:00+02:00",
                "Europe/Berlin       | 0 3 * * *        | 2026-03-28T03:00+01:00 | 2026-03-29T03:00+02:00 2026-03-30T03:00+02:00",
                "Europe/Berlin       | */15 2 * * *     | 2026-03-28T02:45+01:00 | 2026-03-29T03:00+02:00 2026-03-30T02:00+02:00",
                "Europe/Berlin       | 0 2,3 * * *      | 2026-03-28T03:00+01:00 | 2026-03-29T03:00+02:00 2026-03-30T02:00+02:00",
                "Europe/Berlin       | 30 2 * * MON     | 2026-03-28T03:00+01:00 | 2026-03-30T02:30+02:00",
                // 25 October 2026: 03:00 becomes 02:00. A time that comes twice comes the first time.
                "Europe/Berlin       | 30 2 * * *       | 2026-10-24T03:00+02:00 | 2026-10-25T02:30+02:00 2026-10-26T02:30+01:00",
                "Europe/Berlin       | 30 2 * * *       | 2026-10-25T02:30+02:00 | 2026-10-26T02:30+01:00",
                "Europe/Berlin       | 30 2 * * *       | 2026-10-25T02:10+01:00 | 2026-10-26T02:30+01:00",
                "Europe/Berlin       | 0 3 * * *        | 2026-10-24T03:00+02:00 | 2026-10-25T03:00+01:00",
                "Europe/Berlin       | */30 1-3 * * *   | 2026-10-25T01:30+02:00 | 2026-10-25T02:00+02:00 2026-10-25T02:30+02:00 2026-10-25T03:00+01:00 2026-10-25T03:30+01:00",
                "Europe/Berlin       | 0 */2 * * *      | 2026-10-25T00:00+02:00 | 2026-10-25T02:00+02:00 2026-10-25T04:00+01:00",
                "Europe/Berlin       | 0 */2 * * *      | 2026-03-29T00:00+01:00 | 2026-03-29T03:00+02:00 2026-03-29T04:00+02:00",
                // every hour: as hours pass
                "Europe/Berlin       | 30 * * * *       | 2026-03-29T00:30+01:00 | 2026-03-29T01:30+01:00 2026-03-29T03:30+02:00 2026-03-29T04:30+02:00",
                "Europe/Berlin       | 0 * * * *        | 2026-03-29T01:00+01:00 | 2026-03-29T03:00+02:00 2026-03-29T04:00+02:00",
                "Europe/Berlin       | 30 * * * *       | 2026-10-25T01:30+02:00 | 2026-10-25T02:30+02:00 2026-10-25T02:30+01:00 2026-10-25T03:30+01:00",
                "Europe/Berlin       | 0 0-23 * * *     | 2026-10-25T01:30+02:00 | 2026-10-25T02:00+02:00 2026-10-25T02:00+01:00 2026-10-25T03:00+01:00",
                "Europe/Berlin       | */20 * 25 10 *   | 2026-10-25T02:30+02:00 | 2026-10-25T02:40+02:00 2026-10-25T02:00+01:00 2026-10-25T02:20+01:00",
                "Europe/Berlin       | @daily           | 2026-10-24T00:00+02:00 | 2026-10-25T00:00+02:00 2026-10-26T00:00+01:00",
                // New York, 8 March and 1 November 2026
                "America/New_York    | 30 2 * * *       | 2026-03-07T03:00-05:00 | 2026-03-08T03:00-04:00 2026-03-09T02:30-04:00",
                "America/New_York    | 30 1 * * *       | 2026-10-31T02:00-04:00 | 2026-11-01T01:30-04:00 2026-11-02T01:30-05:00",
                "America/New_York    | 15 * * * *       | 2026-11-01T00:15-04:00 | 2026-11-01T01:15-04:00 2026-11-01T01:15-05:00 2026-11-01T02:15-05:00",
                "America/New_York    | 0 12 * * *       | 2026-03-07T12:00-05:00 | 2026-03-08T12:00-04:00 2026-03-09T12:00-04:00",
                // Lord Howe puts its clocks by half an hour: forward on 4 October 2026 at 02:00, back on 5 April 2026
                // at 02:00
                "Australia/Lord_Howe | 15 2 * * *       | 2026-10-03T03:00+10:30 | 2026-10-04T02:30+11:00 2026-10-05T02:15+11:00",
                "Australia/Lord_Howe | 45 2 * * *       | 2026-10-03T03:00+10:30 | 2026-10-04T02:45+11:00 2026-10-05T02:45+11:00",
                "Australia/Lord_Howe | 45 1 * * *       | 2026-04-04T02:00+11:00 | 2026-04-05T01:45+11:00 2026-04-06T01:45+10:30",
                "Australia/Lord_Howe | 15 * * * *       | 2026-10-04T00:15+10:30 | 2026-10-04T01:15+10:30 2026-10-04T03:15+11:00",
                "Australia/Lord_Howe | 45 * * * *       | 2026-04-05T00:45+11:00 | 2026-04-05T01:45+11:00 2026-04-05T01:45+10:30 2026-04-05T02:45+10:30",
                "Australia/Lord_Howe | */15 * * * *     | 2026-10-04T01:45+10:30 | 2026-10-04T02:30+11:00 2026-10-04T02:45+11:00",
                // Apia crossed the date line: there was no 30 December 2011
                "Pacific/Apia        | 0 9 * * *        | 2011-12-29T09:00-10:00 | 2011-12-31T00:00+14:00 2011-12-31T09:00+14:00 2012-01-01T09:00+14:00",
                "Pacific/Apia        | 0 9 30 * *       | 2011-12-01T09:00-10:00 | 2011-12-31T00:00+14:00 2012-01-30T09:00+14:00",
                "Pacific/Apia        | 0 0 31 12 *      | 2011-12-01T09:00-10:00 | 2011-12-31T00:00+14:00 2012-12-31T00:00+14:00",
                "Pacific/Apia        | 0 * * * *        | 2011-12-29T22:00-10:00 | 2011-12-29T23:00-10:00 2011-12-31T00:00+14:00 2011-12-31T01:00+14:00",
                "Pacific/Apia        | 0 9 * * FRI      | 2011-12-28T09:00-10:00 | 2011-12-31T00:00+14:00 2012-01-06T09:00+14:00",
                // where midnight itself falls into the gap
                "Africa/Cairo        | @daily           | 2026-04-23T00:00+02:00 | 2026-04-24T01:00+03:00 2026-04-25T00:00+03:00",
                // no summer time at all, and an odd offset
                "Asia/Kathmandu      | 30 2 * * *       | 2026-03-28T03:00+05:45 | 2026-03-29T02:30+05:45 2026-03-30T02:30+05:45",
                "Asia/Kathmandu      | @hourly          | 2026-03-28T03:10+05:45 | 2026-03-28T04:00+05:45",
            })
    void comesWhereClocksArePutForwardAndBack(String zone, String cron, OffsetDateTime after, String expected) {
        assertThat(next(cron, ZoneId.of(zone), after.toInstant(), expected)).isEqualTo(moments(expected));
    }

    /// By brute force: every minute of most of a year, looked at one by one.
    @ParameterizedTest
    @ValueSource(
            strings = {"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "UTC", "Africa/Cairo"
            })
    void agreesWithWhoLooksAtEveryMinute(String name) {
        ZoneId zone = ZoneId.of(name);
        Instant from = Instant.parse(name.equals("Pacific/Apia") ? "2011-06-01T00:00:00Z" : "2026-01-01T00:00:00Z");
        Instant to = from.plus(330, ChronoUnit.DAYS);
        SplittableRandom dice = new SplittableRandom(17);
        for (int i = 0; i < 8; i++) {
            Cron cron = Cron.of(dice.nextInt(60) + (i % 3 == 0 ? ",7" : "") + " "
                    + (i % 2 == 0 ? "*" : dice.nextInt(4) + "," + dice.nextInt(24)) + " "
                    + (i % 4 == 0 ? "1-31/3" : "*") + " * "
                    + (i % 5 == 0 ? dice.nextInt(8) : "*"));
            List<Instant> found = new ArrayList<>();
            for (Instant at = cron.next(from, zone); at.isBefore(to); at = cron.next(at, zone)) {
                found.add(at);
            }
            assertThat(found).as(cron.text()).isEqualTo(minuteByMinute(cron, zone, from, to));
        }
    }

    private static List<Instant> minuteByMinute(Cron cron, ZoneId zone, Instant from, Instant to) {
        boolean everyHour = cron.hour().count() == 24;
        List<Instant> found = new ArrayList<>();
        LocalDateTime shown = LocalDateTime.ofInstant(from, zone);
        for (Instant at = from.plusSeconds(60); at.isBefore(to); at = at.plusSeconds(60)) {
            LocalDateTime clock = LocalDateTime.ofInstant(at, zone);
            boolean jumped = clock.isAfter(shown.plusMinutes(1));
            boolean comes = everyHour
                    ? allows(cron, clock)
                    : jumped
                            ? Stream.iterate(
                                            shown.plusMinutes(1),
                                            each -> !each.isAfter(clock),
                                            each -> each.plusMinutes(1))
                                    .anyMatch(each -> allows(cron, each))
                            : clock.isAfter(shown) && allows(cron, clock);
            if (comes) {
                found.add(at);
            }
            shown = everyHour || clock.isAfter(shown) ? clock : shown;
        }
        return found;
    }

    private static boolean allows(Cron cron, LocalDateTime clock) {
        boolean day = cron.day().allows(clock.getDayOfMonth());
        boolean weekday = cron.weekday().allows(clock.getDayOfWeek().getValue() % 7);
        return cron.minute().allows(clock.getMinute())
                && cron.hour().allows(clock.getHour())
                && cron.month().allows(clock.getMonthValue())
                && (cron.day().free() || cron.weekday().free() ? day && weekday : day || weekday);
    }

    @Test
    void aYearOfMinutesTakesNoTime() {
        Cron everyMinute = Cron.of("* * * * *");
        Instant at = Instant.parse("2026-01-01T00:00:00Z");
        long began = System.nanoTime();
        for (int i = 0; i < 525_600; i++) {
            at = everyMinute.next(at, ZoneId.of("Europe/Berlin"));
        }
        assertThat(at).isEqualTo("2027-01-01T00:00:00Z");
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(20));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "60 * * * *        | the minute takes 0 to 59 | 60 is not from 0 to 59",
                "-1 * * * *        | the minute takes         | '-1' is none of these",
                "* 24 * * *        | the hour takes 0 to 23   | 24 is not from 0 to 23",
                "* * 0 * *         | the day of month takes 1 to 31 | 0 is not from 1 to 31",
                "* * 32 * *        | the day of month takes 1 to 31 | 32 is not",
                "* * * 13 *        | the month takes 1 to 12, JAN to DEC | 13 is not",
                "* * * JANUARY *   | the month takes | 'JANUARY' is none of these",
                "* * * * 8         | the day of week takes 0 to 7 (0 and 7 are Sunday), SUN to SAT | 8 is not",
                "* * * * MON#2     | the day of week takes | 'MON#2' is none of these",
                "* * L * *         | the day of month takes | 'L' is none of these",
                "* * ? * *         | the day of month takes | '?' is none of these",
                "MON * * * *       | the minute takes | 'MON' is none of these",
                "* * * * FRI-MON   | the day of week takes | the range FRI-MON runs backwards",
                "30-10 * * * *     | the minute takes | the range 30-10 runs backwards",
                "*/0 * * * *       | the minute takes | the step in */0 is not from 1 to 59",
                "*/60 * * * *      | the minute takes | the step in */60 is not from 1 to 59",
                "5/10 * * * *      | the minute takes | the step in 5/10 needs a range or a star before it",
                "1,,2 * * * *      | the minute takes | '' is none of these",
                "*-5 * * * *       | the minute takes | '*-5' is none of these",
                "1-2-3 * * * *     | the minute takes | '1-2-3' is none of these",
                "99999999999 * * * * | the minute takes | '99999999999' is none of these",
                "٣ * * * *         | the minute takes | is none of these",
                "* * * *           | five fields | there are 4",
                "0 * * * * *       | five fields | there are 6",
                "\"\"              | five fields | there are 1",
                "@reboot           | @hourly, @daily, @weekly, @monthly and @yearly | no name",
                "@Daily            | @hourly | no name",
                "0 0 30 2 *        | would never come | has a day 30",
                "0 0 31 2,4,6,9,11 * | would never come | has a day 31",
                "60 24 * * 9       | the minute takes 0 to 59 | the hour takes 0 to 23",
                "60 24 * * 9       | the day of week takes | 9 is not from 0 to 7",
            })
    void saysWhatIsWrong(String cron, String what, String why) {
        assertThatThrownBy(() -> Cron.of(cron))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(what, why);
    }

    @Test
    void doesNotReadForEver() {
        assertThatThrownBy(() -> Cron.of("0" + ",0".repeat(1_000_000) + " * * * *"))
                .hasMessageContaining("at most 255 characters");
        assertThat(Cron.of(" \t0  0 1\t* * ").next(Instant.parse("2026-03-10T00:00:00Z"), UTC))
                .isEqualTo("2026-04-01T00:00:00Z");
    }

    private static List<Instant> next(String text, ZoneId zone, Instant after, String expected) {
        Cron cron = Cron.of(text);
        List<Instant> found = new ArrayList<>();
        Instant at = after;
        for (int i = 0; i < moments(expected).size(); i++) {
            at = cron.next(at, zone);
            found.add(at);
        }
        return found;
    }

    private static List<Instant> moments(String text) {
        return Stream.of(text.strip().split(" +"))
                .map(each -> OffsetDateTime.parse(each)
                        .withOffsetSameInstant(ZoneOffset.UTC)
                        .toInstant())
                .toList();
    }
}
