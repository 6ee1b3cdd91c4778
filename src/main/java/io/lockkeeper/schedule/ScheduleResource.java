package io.lockkeeper.schedule;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lockkeeper.http.CurrentRequest;
import io.lockkeeper.http.Cursor;
import io.lockkeeper.http.ETags;
import io.lockkeeper.http.IdempotencyKey;
import io.lockkeeper.http.Limit;
import io.lockkeeper.http.MergePatch;
import io.lockkeeper.http.Page;
import io.lockkeeper.http.StrictReader;
import io.lockkeeper.job.Jobs;
import io.lockkeeper.job.Kinds;
import io.lockkeeper.schedule.ScheduleRequests.Checked;
import io.lockkeeper.schedule.ScheduleStore.Draft;
import io.lockkeeper.security.Caller;
import io.lockkeeper.security.Needs;
import io.lockkeeper.security.Permission;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

@Path(ScheduleResource.PATH)
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Schedules", description = "Jobs of any kind, by the clock: each due time is started once")
public class ScheduleResource {
    static final String PATH = "/api/v1/schedules";

    private final ScheduleStore store;
    private final ScheduleAccess access;
    private final ScheduleRequests requests;
    private final Kinds kinds;
    private final StrictReader reader;
    private final CurrentRequest request;

    ScheduleResource(
            ScheduleStore store,
            ScheduleAccess access,
            ScheduleRequests requests,
            Kinds kinds,
            StrictReader reader,
            CurrentRequest request) {
        this.store = store;
        this.access = access;
        this.requests = requests;
        this.kinds = kinds;
        this.reader = reader;
        this.request = request;
    }

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Needs(Permission.JOBS_START)
    @Operation(
            operationId = "createSchedule",
            summary = "Start jobs by the clock",
            description =
                    "`spec` is what POST /jobs takes for the kind, and is checked as if it were asked for now. A time"
                            + " that falls into the gap when clocks are put forward comes at its end; one that comes twice"
                            + " when they are put back comes once; an expression for every hour goes by hours as they pass."
                            + " A due time at which a job of the schedule, or what comes `then`, has not ended yet is skipped.")
    @RequestBody(
            required = true,
            content =
                    @Content(
                            schema = @Schema(implementation = ScheduleSpec.class),
                            examples = {
                                @ExampleObject(name = "Every night in Berlin", value = """
                                        {"name": "nightly-probe", "cron": "30 2 * * *", "timeZone": "Europe/Berlin", "kind": "probe",
                                         "spec": {"target": "demo", "labels": {"team": "payments"}}, "jitter": "5m"}"""),
                                @ExampleObject(name = "One thing after the other", value = """
                                        {"name": "guard", "cron": "0 6 * * MON-FRI", "timeZone": "America/New_York",
                                         "kind": "timeout-policy", "spec": {"target": "demo", "rules": [{"scope": "role",
                                         "role": "app", "settings": {"statement_timeout": "10s"}}]},
                                         "then": {"kind": "probe"}, "onMissed": "skip"}""")
                            }))
    @Parameter(
            name = IdempotencyKey.HEADER,
            in = ParameterIn.HEADER,
            description = "The same key with the same body creates nothing twice; kept for 24 hours",
            schema = @Schema(type = SchemaType.STRING))
    @APIResponse(
            responseCode = "201",
            description = "Created; from now on it is due",
            content = @Content(schema = @Schema(implementation = ScheduleView.class)))
    @APIResponse(
            responseCode = "200",
            description = "Created by an earlier request with the same Idempotency-Key; as it is now",
            content = @Content(schema = @Schema(implementation = ScheduleView.class)))
    @APIResponse(responseCode = "409", description = "`schedule-exists`")
    @APIResponse(responseCode = "422", description = "`unknown-target`, `idempotency-key-reused`")
    public Uni<Response> create(byte[] body) {
        Caller caller = access.caller();
        Optional<IdempotencyKey> key = request.idempotencyKey(body);
        return requests.fresh(body, caller)
                .map(checked -> Draft.of(checked, caller, "schedule.create"))
                .flatMap(draft -> Jobs.uni(store.create(draft, key)))
                .map(this::created);
    }

    @GET
    @Needs(Permission.JOBS_READ)
    @Operation(operationId = "listSchedules", summary = "Schedules, by name")
    public Uni<Page<ScheduleView>> list(
            @QueryParam("target") String target,
            @QueryParam("kind") String kind,
            @QueryParam("limit") Limit limit,
            @QueryParam("cursor") String cursor) {
        Caller caller = access.caller();
        Limit most = Limit.of(limit);
        String after = Cursor.position(cursor, target, kind).orElse("");
        return Jobs.uni(store.list(after, target, kind, most.plusOne()))
                .map(rows -> Page.of(rows, most, schedule -> schedule.spec().name(), target, kind))
                .map(page -> new Page<>(
                        page.items().stream()
                                .filter(schedule -> ScheduleAccess.sees(caller, schedule))
                                .map(this::view)
                                .toList(),
                        page.next()));
    }

    @GET
    @Path("/{name}")
    @Needs(Permission.JOBS_READ)
    @Operation(
            operationId = "getSchedule",
            summary = "One schedule",
            description =
                    "Its ETag stands for what was written, and stays the same when the schedule starts something.")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = ScheduleView.class)))
    @APIResponse(responseCode = "404", description = "`not-found`")
    public Uni<Response> get(@PathParam("name") String name) {
        return access.seen(name).map(this::answer);
    }

    @PATCH
    @Path("/{name}")
    @Consumes({MergePatch.MEDIA_TYPE, MediaType.APPLICATION_JSON})
    @Needs(Permission.JOBS_START)
    @Operation(
            operationId = "changeSchedule",
            summary = "Change, pause or go on with a schedule",
            description =
                    "A JSON merge patch (RFC 7396). The name cannot be changed. When its cron, time zone, jitter or"
                            + " pause changes, it is due anew from now on: what passed while it was paused is not made up for.")
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = MergePatch.MEDIA_TYPE,
                            schema = @Schema(type = SchemaType.OBJECT),
                            examples = {
                                @ExampleObject(name = "Pause", value = "{\"paused\": true}"),
                                @ExampleObject(
                                        name = "Another time, and nothing after it",
                                        value = "{\"cron\": \"0 4 * * *\", \"then\": null}")
                            }))
    @Parameter(name = "If-Match", in = ParameterIn.HEADER, required = true)
    @APIResponse(
            responseCode = "200",
            description = "As it is now",
            content = @Content(schema = @Schema(implementation = ScheduleView.class)))
    @APIResponse(responseCode = "404", description = "`not-found`")
    @APIResponse(responseCode = "412", description = "`precondition-failed`: it was changed meanwhile")
    @APIResponse(responseCode = "422", description = "`unknown-target`")
    @APIResponse(responseCode = "428", description = "`precondition-required`: without If-Match")
    public Uni<Response> change(@PathParam("name") String name, @Context HttpHeaders headers, byte[] body) {
        ObjectNode patch = MergePatch.read(reader, body);
        Caller caller = access.caller();
        return access.changeable(name)
                .invoke(old -> ETags.demandMatch(headers, tag(old)))
                .flatMap(old ->
                        requests.changed(old, patch, caller).flatMap(checked -> store(old, checked, caller, patch)))
                .map(this::answer);
    }

    private Uni<Schedule> store(Schedule old, Checked checked, Caller caller, ObjectNode patch) {
        Draft draft = Draft.of(checked, caller, "schedule.change").naming(patch);
        return Jobs.uni(store.change(old, draft, !checked.spec().isDueLike(old.spec())));
    }

    @DELETE
    @Path("/{name}")
    @Needs(Permission.JOBS_START)
    @Operation(
            operationId = "deleteSchedule",
            summary = "Forget a schedule",
            description = "Its jobs go on and stay; the list of its runs goes with it, and what was to come `then`.")
    @Parameter(name = "If-Match", in = ParameterIn.HEADER, required = true)
    @APIResponse(responseCode = "204", description = "Forgotten")
    @APIResponse(responseCode = "404", description = "`not-found`")
    @APIResponse(responseCode = "412", description = "`precondition-failed`: it was changed meanwhile")
    @APIResponse(responseCode = "428", description = "`precondition-required`: without If-Match")
    public Uni<Response> delete(@PathParam("name") String name, @Context HttpHeaders headers) {
        Caller caller = access.caller();
        return access.changeable(name)
                .invoke(old -> ETags.demandMatch(headers, tag(old)))
                .flatMap(old -> Jobs.uni(store.delete(old, Draft.audit(caller, "schedule.delete", old.spec()))))
                .replaceWith(Response.noContent().build());
    }

    private Response created(ScheduleStore.Made made) {
        Schedule schedule = made.schedule();
        Response.ResponseBuilder answer = made.replayed()
                ? Response.ok().header(IdempotencyKey.REPLAYED, "true")
                : Response.created(URI.create(ScheduleView.self(schedule.spec().name())));
        return answer.tag(tag(schedule)).entity(view(schedule)).build();
    }

    private Response answer(Schedule schedule) {
        return Response.ok(view(schedule)).tag(tag(schedule)).build();
    }

    private ScheduleView view(Schedule schedule) {
        return ScheduleView.of(schedule, kinds.names());
    }

    private static EntityTag tag(Schedule schedule) {
        return ETags.of(schedule.id(), schedule.version());
    }
}
