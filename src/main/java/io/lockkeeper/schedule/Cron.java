package io.lockkeeper.schedule;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.lockkeeper.schedule.CronField.Part;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.Month;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/// A cron expression: minute, hour, day of month, month and day of week, as cron has understood them since
/// 1979. If both fields for days are restricted, a day that either allows will do.
///
/// Where clocks are put forward, a time in the gap happens at the first moment after it; where they are put
/// back, a time that comes twice happens the first time. An expression for every hour knows no such times:
/// it goes by hours as they pass.
@Schema(
        type = SchemaType.STRING,
        description = "minute, hour, day of month, month, day of week; or @hourly, @daily, @weekly, @monthly, @yearly",
        examples = "30 2 * * MON-FRI")
record Cron(
        @JsonValue String text, CronField minute, CronField hour, CronField day, CronField month, CronField weekday) {
    private static final int LONGEST = 255;
    private static final Map<String, String> NAMED = Map.of(
            "@hourly", "0 * * * *",
            "@daily", "0 0 * * *",
            "@midnight", "0 0 * * *",
            "@weekly", "0 0 * * 0",
            "@monthly", "0 0 1 * *",
            "@yearly", "0 0 1 1 *",
            "@annually", "0 0 1 1 *");

    /// @throws IllegalArgumentException with all that is wrong, fit for the caller's eyes
    @JsonCreator
    static Cron of(String text) {
        String expression = NAMED.getOrDefault(text, text).strip();
        if (expression.startsWith("@")) {
            throw new IllegalArgumentException(
                    "has no name of ours; these are @hourly, @daily, @weekly, @monthly and" + " @yearly");
        }
        String[] fields = expression.split("[ \t]+");
        if (fields.length != Part.values().length || text.length() > LONGEST) {
            throw new IllegalArgumentException("must be five fields (minute, hour, day of month, month, day of week)"
                    + " of at most " + LONGEST + " characters together; there are " + fields.length);
        }
        List<CronField> read = read(fields);
        Cron cron = new Cron(text, read.get(0), read.get(1), read.get(2), read.get(3), read.get(4));
        if (cron.neverComes()) {
            throw new IllegalArgumentException(
                    "would never come: no month that it allows has a day " + cron.day.least());
        }
        return cron;
    }

    private static List<CronField> read(String[] fields) {
        List<CronField> read = new ArrayList<>();
        List<String> wrong = new ArrayList<>();
        for (Part part : Part.values()) {
            try {
                read.add(part.parse(fields[part.ordinal()]));
            } catch (IllegalArgumentException unreadable) {
                wrong.add(unreadable.getMessage());
            }
        }
        if (!wrong.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", wrong));
        }
        return read;
    }

    private boolean neverComes() {
        return !day.free()
                && weekday.free()
                && IntStream.rangeClosed(1, 12)
                        .filter(month::allows)
                        .allMatch(each -> Month.of(each).maxLength() < day.least());
    }

    /// The first time after that one.
    Instant next(Instant after, ZoneId zone) {
        boolean everyHour = hour.count() == Duration.ofDays(1).toHours();
        return everyHour ? nextAsHoursPass(after, zone.getRules()) : nextByTheClock(after, zone.getRules());
    }

    private Instant nextAsHoursPass(Instant after, ZoneRules rules) {
        Instant from = after.truncatedTo(ChronoUnit.MINUTES).plus(1, ChronoUnit.MINUTES);
        while (true) {
            ZoneOffset offset = rules.getOffset(from);
            Instant next = allowed(LocalDateTime.ofEpochSecond(from.getEpochSecond(), 0, offset))
                    .toInstant(offset);
            ZoneOffsetTransition change = rules.nextTransition(from);
            if (change == null || next.isBefore(change.getInstant())) {
                return next;
            }
            from = change.getInstant();
        }
    }

    private Instant nextByTheClock(Instant after, ZoneRules rules) {
        LocalDateTime clock =
                LocalDateTime.ofInstant(after, rules.getOffset(after)).truncatedTo(ChronoUnit.MINUTES);
        Instant next;
        do {
            clock = allowed(clock.plusMinutes(1));
            next = firstMomentOf(clock, rules);
        } while (!next.isAfter(after)); // the second time that the clock shows it
        return next;
    }

    private static Instant firstMomentOf(LocalDateTime clock, ZoneRules rules) {
        ZoneOffsetTransition change = rules.getTransition(clock);
        return change != null && change.isGap() ? change.getInstant() : clock.toInstant(rules.getOffset(clock));
    }

    /// The first date and time, from this one on, that all fields allow.
    private LocalDateTime allowed(LocalDateTime from) {
        LocalDateTime at = from;
        while (true) {
            if (!month.allows(at.getMonthValue())) {
                at = at.toLocalDate().withDayOfMonth(1).plusMonths(1).atStartOfDay();
            } else if (!allows(at.toLocalDate())) {
                at = at.toLocalDate().plusDays(1).atStartOfDay();
            } else if (!hour.allows(at.getHour())) {
                at = at.truncatedTo(ChronoUnit.HOURS).plusHours(1);
            } else if (!minute.allows(at.getMinute())) {
                at = at.plusMinutes(1);
            } else {
                return at;
            }
        }
    }

    private boolean allows(LocalDate date) {
        boolean byDay = day.allows(date.getDayOfMonth());
        boolean byWeekday = weekday.allows(
                date.getDayOfWeek() == DayOfWeek.SUNDAY
                        ? 0
                        : date.getDayOfWeek().getValue());
        return day.free() || weekday.free() ? byDay && byWeekday : byDay || byWeekday;
    }
}
