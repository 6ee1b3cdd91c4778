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
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.Suspended;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/// The story of all jobs: as a stream that goes on, or as pages.
@Path("/api/v1/events")
@Tag(name = "Events", description = "What happens to jobs, as it happens")
public class EventResource {
    private final Pool store;
    private final EventStreams streams;

    EventResource(Pool store, EventStreams streams) {
        this.store = store;
        this.streams = streams;
    }

    @GET
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
}
