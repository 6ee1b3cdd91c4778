package io.lockkeeper.schedule;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lockkeeper.http.Problem;
import io.lockkeeper.job.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// A schedule, as callers see it.
///
/// @param next absent while it is paused
/// @param problem why it can start nothing now, or could not the last time
@Schema(name = "Schedule")
@JsonInclude(JsonInclude.Include.NON_NULL)
record ScheduleView(
        String name,
        Cron cron,
        TimeZoneName timeZone,
        String kind,
        @Nullable String target,

        @Schema(implementation = Json.class) ObjectNode spec,

        ScheduleSpec.@Nullable Then then,
        boolean paused,
        OnMissed onMissed,
        Duration jitter,
        @Nullable NextTime next,
        @Nullable @Schema(ref = "Problem") Object problem,
        String changedBy,
        Instant createdAt,
        Instant updatedAt,
        Links links) {

    @Schema(name = "ScheduleLinks")
    record Links(String self, String next, String runs) {}

    static String self(String name) {
        return ScheduleResource.PATH + "/" + name;
    }

    /// @param kinds those that this instance knows
    static ScheduleView of(Schedule schedule, Set<String> kinds) {
        ScheduleSpec spec = schedule.spec();
        String self = self(spec.name());
        return new ScheduleView(
                spec.name(),
                spec.cron(),
                spec.timeZone(),
                spec.kind(),
                spec.target(),
                spec.spec(),
                spec.then(),
                spec.paused(),
                spec.onMissed(),
                spec.jitter(),
                schedule.next() == null
                        ? null
                        : NextTime.of(schedule.next(), spec.timeZone().zone()),
                problem(schedule, kinds),
                schedule.changedBy(),
                schedule.createdAt(),
                schedule.updatedAt(),
                new Links(self, self + "/next", self + "/runs"));
    }

    private static @Nullable Object problem(Schedule schedule, Set<String> kinds) {
        if (schedule.lostTarget().isPresent()) {
            return schedule.lostTarget().get();
        }
        if (!kinds.contains(schedule.spec().kind())) {
            return Problem.conflict(
                    "kind-gone",
                    "This instance knows no jobs of kind " + schedule.spec().kind() + " any more.");
        }
        return schedule.refused();
    }
}
