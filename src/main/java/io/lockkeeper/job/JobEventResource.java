package io.lockkeeper.job;

import io.lockkeeper.http.Limit;
import io.lockkeeper.job.table.EventReads;
import io.lockkeeper.security.Needs;
import io.lockkeeper.security.Permission;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import io.vertx.sqlclient.Pool;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.Suspended;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/// The story of one job: as a stream that goes on, or as pages.
@Path("/api/v1/jobs")
@Tag(name = "Events", description = "What happens to jobs, as it happens")
public class JobEventResource {
    private final Jobs jobs;
    private final Pool store;
    private final EventStreams streams;

    JobEventResource(Jobs jobs, Pool store, EventStreams streams) {
        this.jobs = jobs;
        this.store = store;
        this.streams = streams;
    }

    @GET
    @Path("/{id}/events")
    @Produces("text/event-stream;qs=1")
    @Needs(Permission.JOBS_READ)
    @Operation(
            operationId = "followJob",
            summary = "Follow one job",
            description =
                    "Server-sent events: snapshot (the job, on a new stream), state, step, progress, log, and end. "
                            + "With Last-Event-ID or after: everything after it, then live, gap-free. With Accept: application/json: a page.")
    @APIResponse(
            responseCode = "200",
            content = {
                @Content(mediaType = "text/event-stream", schema = @Schema(type = SchemaType.STRING)),
                @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = EventPage.class))
            })
    @APIResponse(responseCode = "204", description = "The job has ended and there is nothing after that id")
    public void follow(
            @PathParam("id") JobId id,
            @HeaderParam("Last-Event-ID") Seq lastEventId,
            @QueryParam("after") Seq after,
            @Context RoutingContext request,
            @Suspended AsyncResponse answer) {
        Seq from = lastEventId == null ? after : lastEventId;
        jobs.get(id.value()).subscribe().with(job -> streams.ofJob(job, from, request, answer), answer::resume);
    }

    @GET
    @Path("/{id}/events")
    @Produces("application/json;qs=0.5")
    @Needs(Permission.JOBS_READ)
    @Operation(hidden = true)
    public Uni<EventPage> page(
            @PathParam("id") JobId id, @QueryParam("after") Seq after, @QueryParam("limit") Limit limit) {
        Limit most = Limit.of(limit);
        return jobs.get(id.value())
                .flatMap(_ -> Jobs.uni(EventReads.ofJobAfter(store, id.value(), Seq.of(after), null, most.plusOne())))
                .map(rows -> EventPage.of(rows, most.value()));
    }

    @GET
    @Path("/{id}/log")
    @Produces({"application/x-ndjson", MediaType.TEXT_PLAIN})
    @Needs(Permission.JOBS_READ)
    @Operation(
            operationId = "readJobLog",
            summary = "The log lines of a job",
            description =
                    "As NDJSON or plain text. X-Next-After goes into after to read on; X-Complete: true says that no more will come.")
    public Uni<Response> log(
            @PathParam("id") JobId id,
            @QueryParam("after") Seq after,
            @QueryParam("limit") Limit limit,
            @HeaderParam("Accept") String accept) {
        Limit most = Limit.of(limit);
        long from = Seq.of(after);
        return jobs.get(id.value())
                .flatMap(job -> Jobs.uni(EventReads.ofJobAfter(store, id.value(), from, "log", most.plusOne()))
                        .map(rows -> LogPage.of(job, rows, from, most.value()).answer(accept)));
    }
}
