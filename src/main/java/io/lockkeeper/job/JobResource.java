package io.lockkeeper.job;

import io.lockkeeper.http.Cursor;
import io.lockkeeper.http.ETags;
import io.lockkeeper.http.IdempotencyKey;
import io.lockkeeper.http.Limit;
import io.lockkeeper.http.Page;
import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.lockkeeper.job.table.JobReads;
import io.lockkeeper.security.Needs;
import io.lockkeeper.security.Permission;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Pool;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

@Path("/api/v1/jobs")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Jobs", description = "Every long piece of work, whatever its kind")
public class JobResource {
    private final Jobs jobs;
    private final Pool store;
    private final Asking asking;
    private final JobStarts starts;

    JobResource(Jobs jobs, Pool store, Asking asking, JobStarts starts) {
        this.jobs = jobs;
        this.store = store;
        this.asking = asking;
        this.starts = starts;
    }

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Needs(Permission.JOBS_START)
    @StartsAJob
    @Operation(
            operationId = "startJob",
            summary = "Start a job of any kind",
            description =
                    "The fields of the kind's spec (GET /kinds has their schemas) stand beside the common ones in the same object.")
    @RequestBody(
            content =
                    @Content(
                            schema = @Schema(implementation = JobRequest.class),
                            examples = {
                                @ExampleObject(
                                        name = "Probe a target",
                                        value = "{\"kind\": \"probe\", \"target\": \"demo\"}"),
                                @ExampleObject(
                                        name = "Sleep on it (development only)",
                                        value = "{\"kind\": \"sleep\", \"target\": \"demo\", \"duration\": \"2s\"}")
                            }))
    public Uni<Response> start(byte[] body, @Context HttpHeaders headers) {
        return starts.one("/api/v1/jobs", null, Map.of(), body, headers);
    }

    @GET
    @Needs(Permission.JOBS_READ)
    @Operation(operationId = "listJobs", summary = "Jobs, newest first")
    public Uni<Page<JobView>> list(
            @QueryParam("target") String target,
            @QueryParam("kind") String kind,
            @Parameter(description = "May be given several times") @QueryParam("state") List<String> states,
            @Parameter(
                            description = "key=value; may be given several times",
                            schema = @Schema(type = SchemaType.ARRAY, examples = "team=payments"))
                    @QueryParam("label")
                    List<String> labels,
            @QueryParam("limit") Limit limit,
            @QueryParam("cursor") String cursor) {
        Limit most = Limit.of(limit);
        var filter = new JobReads.Filter(
                target, kind, states.stream().map(JobResource::state).toList(), labels(labels));
        long before = Cursor.number(cursor, Long.MAX_VALUE, target, kind, states, labels);
        return Jobs.uni(JobReads.page(store, filter, before, most.plusOne()))
                .map(rows -> Page.of(rows, most, JobView::id, target, kind, states, labels));
    }

    private static JobState state(String name) {
        try {
            return JobState.valueOf(name);
        } catch (IllegalArgumentException unknown) {
            throw new Refused(Problem.badParameter("state", "must be one of " + List.of(JobState.values())));
        }
    }

    private static Map<String, String> labels(List<String> labels) {
        Map<String, String> wanted = new java.util.HashMap<>();
        for (String label : labels) {
            int equals = label.indexOf('=');
            if (equals < 1) {
                throw new Refused(Problem.badParameter("label", "must look like key=value, not " + label));
            }
            String before = wanted.put(label.substring(0, equals), label.substring(equals + 1));
            if (before != null) {
                throw new Refused(Problem.badParameter("label", "must not name the same label twice, as in " + label));
            }
        }
        return wanted;
    }

    @GET
    @Path("/{id}")
    @Needs(Permission.JOBS_READ)
    @Operation(operationId = "getJob", summary = "One job")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = JobView.class)))
    @APIResponse(responseCode = "304", description = "Unchanged since the ETag of If-None-Match")
    @APIResponse(responseCode = "404", description = "`not-found`")
    public Uni<Response> get(@PathParam("id") JobId id, @Context HttpHeaders headers) {
        return jobs.get(id.value()).map(job -> ETags.answer(headers, job.tag(), job));
    }

    @POST
    @Path("/{id}/cancel")
    @Needs(Permission.JOBS_CANCEL)
    @Operation(
            operationId = "cancelJob",
            summary = "Cancel a job",
            description = "Stops its SQL and its child processes if it runs. Safe to repeat.")
    @APIResponse(
            responseCode = "202",
            description = "Being cancelled",
            content = @Content(schema = @Schema(implementation = JobView.class)))
    @APIResponse(
            responseCode = "200",
            description = "Had ended before, unchanged",
            content = @Content(schema = @Schema(implementation = JobView.class)))
    @APIResponse(responseCode = "404", description = "`not-found`")
    public Uni<Response> cancel(@PathParam("id") JobId id) {
        return jobs.cancel(id.value(), asking.origin())
                .flatMap(changed -> jobs.get(id.value()).map(job -> cancelled(job, changed)));
    }

    private static Response cancelled(JobView job, boolean changed) {
        boolean hadEnded = job.done() && !changed;
        return Response.status(hadEnded ? 200 : 202).entity(job).build();
    }

    @POST
    @Path("/{id}/retry")
    @Needs(Permission.JOBS_START)
    @Operation(
            operationId = "retryJob",
            summary = "Start the same job again",
            description = "Only for jobs that FAILED or were CANCELLED.")
    @APIResponse(
            responseCode = "201",
            description = "The new job",
            content = @Content(schema = @Schema(implementation = JobView.class)))
    @APIResponse(responseCode = "404", description = "`not-found`")
    @APIResponse(responseCode = "409", description = "`not-retryable`, `kind-gone`")
    @APIResponse(responseCode = "422", description = "`unknown-target`, `idempotency-key-reused`")
    public Uni<Response> retry(@PathParam("id") JobId id, @Context HttpHeaders headers) {
        Optional<IdempotencyKey> key = IdempotencyKey.of(
                headers.getRequestHeader(IdempotencyKey.HEADER),
                "POST",
                "/api/v1/jobs/" + id.value() + "/retry",
                new byte[0]);
        return jobs.retry(id.value(), asking.origin(), key).map(accepted -> JobStarts.made(
                        Response.status(accepted.replayed() ? 200 : 201), accepted.job(), accepted.replayed())
                .build());
    }
}
