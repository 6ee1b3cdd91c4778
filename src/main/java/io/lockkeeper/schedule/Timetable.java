package io.lockkeeper.schedule;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.SplittableRandom;

/// When a schedule is due.
///
/// @param seed whose jitter this is: the same schedule is late by the same at the same time, on any instance
record Timetable(Cron cron, ZoneId zone, Duration jitter, String seed) {
    /// How late a start may be before its time counts as missed.
    static final Duration PUNCTUAL = Duration.ofSeconds(60);

    /// @param time by the clock
    /// @param at when to start: the same, or later by the jitter
    record Due(Instant time, Instant at) {
        boolean isMissed(Instant now) {
            return at.plus(PUNCTUAL).isBefore(now);
        }
    }

    Due after(Instant time) {
        Instant next = cron.next(time, zone);
        return new Due(next, next.plusMillis(jitterAt(next)));
    }

    /// Less than the distance to the time after it, so that no two change places.
    private long jitterAt(Instant time) {
        if (jitter.isZero()) {
            return 0;
        }
        long distance = Duration.between(time, cron.next(time, zone)).toMillis();
        return new SplittableRandom(31L * seed.hashCode() + time.getEpochSecond())
                .nextLong(Math.min(jitter.toMillis(), distance));
    }

    /// What is to be done now.
    ///
    /// @param due the time that it is for
    /// @param missed how many times before it passed without a run
    /// @param next when to look again
    record Turn(Due due, int missed, Due next) {}

    /// Times that were missed are taken together with the one after them, if that is due as well.
    Turn turn(Due first, Instant now) {
        Due due = first;
        Due next = after(due.time());
        int missed = 0;
        while (due.isMissed(now) && !next.at().isAfter(now)) {
            due = next;
            next = after(due.time());
            missed++;
        }
        return new Turn(due, missed, next);
    }
}
