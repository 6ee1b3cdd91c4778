package io.lockkeeper.schedule;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.lockkeeper.job.JobState;
import io.lockkeeper.job.JobView;
import io.lockkeeper.job.Json;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// What a schedule did at a due time, or when somebody asked for it.
///
/// @param due by its clock; absent if somebody asked for it
/// @param missed how many due times before it passed without a run; absent if none
@Schema(name = "ScheduleRun")
@JsonInclude(JsonInclude.Include.NON_NULL)
record RunView(
        long id,
        @Nullable Instant due,
        @Nullable Integer missed,
        Instant beganAt,
        JobView.RequestedBy requestedBy,
        Outcome outcome,
        @Nullable Job job,
        @Nullable @Schema(ref = "Problem") Json problem,
        @Nullable Then then) {

    /// `skipped-running`: a job of an earlier run, or what comes then, had not ended.
    @Schema(name = "ScheduleRunOutcome")
    enum Outcome {
        @JsonProperty("starting")
        STARTING,
        @JsonProperty("started")
        STARTED,
        @JsonProperty("refused")
        REFUSED,
        @JsonProperty("skipped-missed")
        SKIPPED_MISSED,
        @JsonProperty("skipped-running")
        SKIPPED_RUNNING
    }

    /// `not-started`: the first job did not succeed.
    @Schema(name = "ScheduleRunThenOutcome")
    enum ThenOutcome {
        @JsonProperty("waiting")
        WAITING,
        @JsonProperty("started")
        STARTED,
        @JsonProperty("refused")
        REFUSED,
        @JsonProperty("not-started")
        NOT_STARTED
    }

    /// @param state absent once the job has been pruned
    @Schema(name = "ScheduleRunJob")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Job(long id, @Nullable JobState state, String self) {
        static @Nullable Job of(@Nullable Long id, @Nullable String state) {
            return id == null
                    ? null
                    : new Job(
                            id,
                            state == null ? null : JobState.valueOf(state),
                            JobView.Links.of(id).self());
        }
    }

    @Schema(name = "ScheduleRunThen")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Then(
            ThenOutcome outcome,
            @Nullable Job job,
            @Nullable @Schema(ref = "Problem") Json problem) {}
}
