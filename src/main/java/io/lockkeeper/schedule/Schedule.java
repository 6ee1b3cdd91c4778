package io.lockkeeper.schedule;

import io.lockkeeper.http.Problem;
import io.lockkeeper.job.Json;
import io.lockkeeper.schedule.Timetable.Due;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A schedule, as the store keeps it.
///
/// @param targetId null if it has no target, or that target was deleted
/// @param next null while it is paused
/// @param refused why it could not start a job the last time
/// @param changedBy who wrote it last, and answers for what it starts
record Schedule(
        long id,
        ScheduleSpec spec,
        @Nullable Long targetId,
        @Nullable Due next,
        @Nullable Json refused,
        int version,
        String changedBy,
        Instant createdAt,
        Instant updatedAt) {

    /// What all that it starts by itself is asked for by.
    String subject() {
        return "schedule:" + spec.name();
    }

    Optional<Problem> lostTarget() {
        return spec.target() == null || targetId != null ? Optional.empty() : Optional.of(targetDeleted(spec.target()));
    }

    static Problem targetDeleted(String target) {
        return Problem.unprocessable(
                "unknown-target",
                "The target " + target
                        + " was deleted; change the spec of the schedule to one that is registered (PATCH), or delete it.");
    }
}
