package io.lockkeeper.job;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.lockkeeper.http.ETags;
import io.lockkeeper.job.table.AcceptJobs;
import io.lockkeeper.job.table.NewJob;
import jakarta.ws.rs.core.EntityTag;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/// A job as the API shows it.
@JsonInclude(JsonInclude.Include.NON_NULL)
public record JobView(
        long id,
        String kind,
        String target,
        JobState state,
        boolean done,
        String reason,
        int attempt,
        int maxAttempts,
        int priority,
        @Schema(implementation = Progress.class) Json progress,

        @Schema(type = SchemaType.ARRAY, implementation = Step.class)
        Json steps,

        RequestedBy requestedBy,
        Json spec,
        Json result,

        @Schema(ref = "Problem") Json error,
        Json labels,

        Approval approval,
        Long retryOf,
        String schedule,
        Instant createdAt,
        Instant notBefore,
        Instant dueAt,
        Instant startedAt,
        Instant finishedAt,
        Instant deadlineAt,
        Instant cancelRequestedAt,
        String worker,
        Links links,
        @JsonIgnore long lastSeq) {

    /// Of all that can change: what is told as an event, and what the moment decides (the reason) or people do
    /// without moving the job (approvals).
    EntityTag tag() {
        return ETags.of(id, lastSeq, Integer.toHexString((reason + " " + approval).hashCode()));
    }

    /// A job at the moment of its acceptance.
    static JobView accepted(NewJob job, AcceptJobs.Answer answer) {
        return new JobView(
                answer.id(),
                job.kind(),
                job.target(),
                answer.state(),
                false,
                null,
                0,
                job.maxAttempts(),
                job.priority(),
                null,
                null,
                new RequestedBy(job.origin().subject(), job.origin().via()),
                new Json(job.spec()),
                null,
                null,
                new Json(job.labels()),
                job.approvals() == 0 ? null : new Approval(job.approvals(), new Json("[]")),
                job.retryOf(),
                job.schedule(),
                answer.createdAt(),
                job.notBefore() == null ? null : job.notBefore().toInstant(),
                answer.dueAt(),
                null,
                null,
                job.deadline() == null ? null : job.deadline().toInstant(),
                null,
                null,
                Links.of(answer.id()),
                0);
    }

    /// @param via how they came in; for what a schedule started by itself, who wrote the schedule
    public record RequestedBy(String subject, String via) {}

    /// Whether somebody cannot approve it.
    boolean isOf(String subject) {
        return requestedBy.subject().equals(subject)
                || (schedule != null && requestedBy.via().equals(subject));
    }

    public record Approval(
            int required,

            @Schema(type = SchemaType.ARRAY, implementation = Given.class)
            Json given) {}

    /// What the store holds as JSON and nobody here takes apart, for the contract.
    @Schema(name = "JobProgress")
    record Progress(int percent, String step, int stepNo, String message) {}

    @Schema(name = "JobStep")
    record Step(int no, String name, String state, Instant startedAt, Instant finishedAt, String message) {}

    @Schema(name = "JobApproval")
    record Given(String by, Instant at, String comment) {}

    public record Links(String self, String events, String log) {
        public static Links of(long job) {
            String self = "/api/v1/jobs/" + job;
            return new Links(self, self + "/events", self + "/log");
        }
    }
}
