package io.lockkeeper.schedule;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lockkeeper.http.TimeZoneName;
import io.lockkeeper.job.Json;
import jakarta.validation.constraints.Pattern;
import java.time.Duration;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.hibernate.validator.constraints.time.DurationMax;
import org.jspecify.annotations.Nullable;

/// A schedule, as a caller describes it.
@Schema(description = "Jobs of one kind, by the clock")
public record ScheduleSpec(
        @Pattern(
                regexp = "[a-z][a-z0-9-]{0,62}",
                message = "must begin with a letter and have 1 to 63 of a-z, 0-9 and -")
        @Schema(examples = "nightly")
        String name,

        Cron cron,

        @Nullable @Schema(description = "UTC if absent") TimeZoneName timeZone,

        @Schema(description = "Of the jobs to start, see GET /kinds", examples = "probe")
        String kind,

        @Schema(
                implementation = Json.class,
                description = "A request for a job of this kind, as POST /jobs takes it, without its kind",
                examples = "{\"target\": \"demo\"}")
        ObjectNode spec,

        @Nullable @Schema(description = "A job that starts when the first one SUCCEEDED")
        Then then,

        @Nullable @Schema(defaultValue = "false") Boolean paused,

        @Nullable
        @Schema(
                defaultValue = "run-once",
                description = "Times that passed while no instance was there: one run for all of them, or none")
        OnMissed onMissed,

        @Nullable
        @DurationMax(hours = 12, message = "must be at most 12h")
        @Schema(
                description = "Start up to so much later, to spread the load; less than the distance to the next time",
                examples = "5m")
        Duration jitter) {

    /// The job that starts when the first one has succeeded. A field of its spec that is called like the
    /// kind of the first one (`restoreTest` for `restore-test`) is given that job's id, and its target is
    /// that of the first one, where nothing else is said.
    @Schema(name = "ScheduleThen")
    public record Then(
            @Schema(examples = "probe") String kind,

            @Nullable
            @Schema(
                    implementation = Json.class,
                    description = "Given the first job's id in the field that is called like its kind, and its target")
            ObjectNode spec) {
        public Then {
            spec = spec == null ? JsonNodeFactory.instance.objectNode() : spec;
        }
    }

    public ScheduleSpec {
        timeZone = timeZone == null ? TimeZoneName.UTC : timeZone;
        paused = paused != null && paused;
        onMissed = onMissed == null ? OnMissed.RUN_ONCE : onMissed;
        jitter = jitter == null ? Duration.ZERO : jitter;
    }

    @Nullable
    String target() {
        return spec.path("target").textValue();
    }

    Timetable timetable() {
        return new Timetable(cron, timeZone.zone(), jitter, name);
    }

    boolean isDueLike(ScheduleSpec other) {
        return cron.equals(other.cron)
                && timeZone.equals(other.timeZone)
                && jitter.equals(other.jitter)
                && paused.equals(other.paused);
    }
}
