package io.lockkeeper.job;

import io.lockkeeper.http.Limit;
import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
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
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/// The story of a job, and of all jobs: as a stream that goes on, or as pages.
@Path("/api/v1")
@Tag(name = "Events", description = "What happens to jobs, as it happens")
public class EventResource {
    private final Jobs jobs;
    private final Pool store;
    private final EventStreams streams;

    EventResource(Jobs jobs, Pool store, EventStreams streams) {
        this.jobs = jobs;
        this.store = store;
        this.streams = streams;
    }

    /// @param next give it as `after` to read on; absent at the end of what there is now
    public record EventPage(
            @Schema(type = SchemaType.ARRAY, implementation = Object.class)
            List<JobEvent> items,

            String next) {
        static EventPage of(List<JobEvent> rows, int limit) {
            List<JobEvent> items = rows.size() > limit ? rows.subList(0, limit) : rows;
            return new EventPage(
                    items, rows.size() > limit ? String.valueOf(items.getLast().seq()) : null);
        }
    }

    @GET
    @Path("/jobs/{id}/events")
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
    @Path("/jobs/{id}/events")
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
    @Path("/events")
    @Produces("text/event-stream;qs=1")
    @Needs(Permission.JOBS_READ)
    @Operation(
            operationId = "followAllJobs",
            summary = "Follow all jobs",
            description =
                    "Server-sent events of all jobs that you may see, gap-free in the order in which they were committed. "
                            + "Without after or Last-Event-ID it begins now. With Accept: application/json: a page.")
    @APIResponse(
            responseCode = "200",
            content = {
                @Content(mediaType = "text/event-stream", schema = @Schema(type = SchemaType.STRING)),
                @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = EventPage.class))
            })
    public void followAll(
            @QueryParam("target") String target,
            @QueryParam("kind") String kind,
            @HeaderParam("Last-Event-ID") Seq lastEventId,
            @QueryParam("after") Seq after,
            @Context RoutingContext request,
            @Suspended AsyncResponse answer) {
        Seq from = lastEventId == null ? after : lastEventId;
        Jobs.uni(EventReads.position(store))
                .subscribe()
                .with(position -> streams.ofAll(position, target, kind, from, request, answer), answer::resume);
    }

    @GET
    @Path("/events")
    @Produces("application/json;qs=0.5")
    @Needs(Permission.JOBS_READ)
    @Operation(hidden = true)
    public Uni<EventPage> pageOfAll(
            @QueryParam("target") String target,
            @QueryParam("kind") String kind,
            @QueryParam("after") Seq after,
            @QueryParam("limit") Limit limit) {
        Limit most = Limit.of(limit);
        return Jobs.uni(EventReads.position(store))
                .invoke(position -> refuseIfPruned(Seq.of(after), position))
                .flatMap(_ -> Jobs.uni(EventReads.ofAllAfter(store, Seq.of(after), target, kind, most.plusOne())))
                .map(rows -> EventPage.of(rows, most.value()));
    }

    private static void refuseIfPruned(long after, EventReads.Position position) {
        if (after > 0 && after < position.pruned()) {
            throw new Refused(Problem.of(
                    410,
                    "events-gone",
                    "Events are gone",
                    "History before " + position.pruned() + " was pruned; read the jobs anew and go on after it."));
        }
    }

    @GET
    @Path("/jobs/{id}/log")
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
