package io.lockkeeper.schedule;

import io.lockkeeper.schedule.Timetable.Due;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/// @param due by the clock
/// @param local the same, as the clock of the schedule's zone shows it
/// @param at when the job is started: later by the jitter
@Schema(name = "ScheduleTime")
record NextTime(
        Instant due,
        @Schema(examples = "2026-10-25T02:30:00+02:00") String local,
        Instant at) {
    static NextTime of(Due due, ZoneId zone) {
        return new NextTime(
                due.time(),
                DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(due.time().atZone(zone)),
                due.at());
    }

    /// From what is next; for a paused schedule, what would be if it were not paused.
    static List<NextTime> of(Schedule schedule, Instant now, int count) {
        Timetable timetable = schedule.spec().timetable();
        Due first = schedule.next() == null ? timetable.after(now) : schedule.next();
        return Stream.iterate(first, due -> timetable.after(due.time()))
                .limit(count)
                .map(due -> of(due, timetable.zone()))
                .toList();
    }
}
