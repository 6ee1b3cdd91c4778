package io.lockkeeper.job;

import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.lockkeeper.http.StrictReader;
import io.lockkeeper.security.Needs;
import io.lockkeeper.security.Permission;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/// The decisions of people about jobs on protected targets.
@Path("/api/v1/jobs/{id}")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Jobs")
public class JobApprovalResource {
    private final Jobs jobs;
    private final StrictReader reader;
    private final Asking asking;

    JobApprovalResource(Jobs jobs, StrictReader reader, Asking asking) {
        this.jobs = jobs;
        this.reader = reader;
        this.asking = asking;
    }

    /// @param comment why, for those who read the trail later
    public record Comment(
            @Nullable @jakarta.validation.constraints.Size(max = 1000)
            String comment) {
        String text() {
            return comment == null ? "" : comment;
        }
    }

    @POST
    @Path("/approve")
    @Consumes(MediaType.APPLICATION_JSON)
    @Needs(Permission.JOBS_APPROVE)
    @Operation(
            operationId = "approveJob",
            summary = "Approve a job on a protected target",
            description = "Not one's own, and not twice.")
    @RequestBody(
            required = false,
            content =
                    @Content(
                            schema = @Schema(implementation = Comment.class),
                            examples = @ExampleObject(name = "Why", value = "{\"comment\": \"read it, fine\"}")))
    @APIResponse(
            responseCode = "200",
            description = "As it is now",
            content = @Content(schema = @Schema(implementation = JobView.class)))
    @APIResponse(responseCode = "404", description = "`not-found`")
    @APIResponse(responseCode = "409", description = "`not-approvable`")
    public Uni<JobView> approve(@PathParam("id") JobId id, byte[] body) {
        return jobs.approve(id.value(), asking.origin(), comment(body))
                .flatMap(changed -> decided(id.value(), changed));
    }

    @POST
    @Path("/reject")
    @Consumes(MediaType.APPLICATION_JSON)
    @Needs(Permission.JOBS_APPROVE)
    @Operation(operationId = "rejectJob", summary = "Reject a job on a protected target")
    @RequestBody(
            required = false,
            content =
                    @Content(
                            schema = @Schema(implementation = Comment.class),
                            examples = @ExampleObject(name = "Why", value = "{\"comment\": \"not on a Friday\"}")))
    @APIResponse(
            responseCode = "200",
            description = "As it is now",
            content = @Content(schema = @Schema(implementation = JobView.class)))
    @APIResponse(responseCode = "404", description = "`not-found`")
    @APIResponse(responseCode = "409", description = "`not-approvable`")
    public Uni<JobView> reject(@PathParam("id") JobId id, byte[] body) {
        return jobs.reject(id.value(), asking.origin(), comment(body)).flatMap(changed -> decided(id.value(), changed));
    }

    /// Nobody has to say why.
    private String comment(byte @Nullable [] body) {
        return body == null || body.length == 0
                ? ""
                : reader.read(body, Comment.class).text();
    }

    private Uni<JobView> decided(long id, boolean changed) {
        return jobs.get(id).invoke(job -> {
            if (!changed) {
                throw new Refused(Problem.conflict("not-approvable", whyNot(job)));
            }
        });
    }

    private String whyNot(JobView job) {
        if (job.state() != JobState.PENDING_APPROVAL) {
            return "The job does not wait for approval; it is " + job.state() + ".";
        }
        return job.isOf(asking.origin().subject())
                ? "Whoever asked for a job cannot approve it; another person must."
                : "You have approved this job before; another person must.";
    }
}
