package io.lockkeeper.schedule;

import io.lockkeeper.http.CurrentRequest;
import io.lockkeeper.http.Cursor;
import io.lockkeeper.http.IdempotencyKey;
import io.lockkeeper.http.Limit;
import io.lockkeeper.http.Page;
import io.lockkeeper.http.Preference;
import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.lockkeeper.job.JobStarts;
import io.lockkeeper.job.JobView;
import io.lockkeeper.job.Jobs;
import io.lockkeeper.job.Jobs.Accepted;
import io.lockkeeper.schedule.RunBook.Asked;
import io.lockkeeper.schedule.ScheduleStore.Draft;
import io.lockkeeper.security.Caller;
import io.lockkeeper.security.Needs;
import io.lockkeeper.security.Permission;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/// What a schedule will start, does start, and has started.
@Path(ScheduleResource.PATH + "/{name}")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Schedules")
public class ScheduleRunResource {
    private static final int MOST_TIMES = 100;

    private final ScheduleAccess access;
    private final RunBook book;
    private final RunStore runs;
    private final Launch launch;
    private final Jobs jobs;
    private final JobStarts starts;
    private final CurrentRequest request;

    ScheduleRunResource(
            ScheduleAccess access,
            RunBook book,
            RunStore runs,
            Launch launch,
            Jobs jobs,
            JobStarts starts,
            CurrentRequest request) {
        this.access = access;
        this.book = book;
        this.runs = runs;
        this.launch = launch;
        this.jobs = jobs;
        this.starts = starts;
        this.request = request;
    }

    @GET
    @Path("/next")
    @Needs(Permission.JOBS_READ)
    @Operation(
            operationId = "nextTimesOfSchedule",
            summary = "The next times of a schedule",
            description = "Of a paused one: those that would be next if it went on now.")
    @APIResponse(responseCode = "200", description = "So many as were asked for")
    @APIResponse(responseCode = "404", description = "`not-found`")
    public Uni<Page<NextTime>> next(
            @PathParam("name") String name,
            @Parameter(description = "From 1 to 100", schema = @Schema(type = SchemaType.INTEGER, defaultValue = "5"))
                    @QueryParam("count")
                    Integer count) {
        int times = count == null ? 5 : count;
        if (times < 1 || times > MOST_TIMES) {
            throw new Refused(Problem.badParameter("count", "must be from 1 to " + MOST_TIMES));
        }
        return access.seen(name).map(schedule -> new Page<>(NextTime.of(schedule, Instant.now(), times), null));
    }

    @GET
    @Path("/runs")
    @Needs(Permission.JOBS_READ)
    @Operation(operationId = "listScheduleRuns", summary = "What a schedule started or did not, newest first")
    @APIResponse(responseCode = "200", description = "One page")
    @APIResponse(responseCode = "404", description = "`not-found`")
    public Uni<Page<RunView>> list(
            @PathParam("name") String name, @QueryParam("limit") Limit limit, @QueryParam("cursor") String cursor) {
        Limit most = Limit.of(limit);
        return access.seen(name).flatMap(schedule -> {
            long before = Cursor.number(cursor, Long.MAX_VALUE, schedule.id());
            return Jobs.uni(book.page(schedule.id(), before, most.plusOne()))
                    .map(rows -> Page.of(rows, most, RunView::id, schedule.id()));
        });
    }

    @POST
    @Path("/run")
    @Needs(Permission.JOBS_START)
    @Operation(
            operationId = "runSchedule",
            summary = "Start what a schedule starts, now",
            description = "Whether it is paused or not; its next time stays. The job is the caller's. What comes `then`"
                    + " comes here, too.")
    @Parameter(
            name = Preference.HEADER,
            in = ParameterIn.HEADER,
            description = "wait=N: answer when the job has ended, after N (at most 60) seconds at the latest",
            schema = @Schema(type = SchemaType.STRING, examples = "wait=10"))
    @Parameter(
            name = IdempotencyKey.HEADER,
            in = ParameterIn.HEADER,
            description = "The same key starts nothing twice; kept for 24 hours",
            schema = @Schema(type = SchemaType.STRING))
    @APIResponse(
            responseCode = "202",
            description = "Accepted; follow Location",
            content = @Content(schema = @Schema(implementation = JobView.class)))
    @APIResponse(
            responseCode = "200",
            description = "Ended within Prefer: wait",
            content = @Content(schema = @Schema(implementation = JobView.class)))
    @APIResponse(responseCode = "404", description = "`not-found`")
    @APIResponse(
            responseCode = "409",
            description =
                    "`kind-gone`, `conflicting-job`, `target-gone`, `run-refused`: by this Idempotency-Key, before")
    @APIResponse(responseCode = "422", description = "`unknown-target`, `idempotency-key-reused`")
    public Uni<Response> run(@PathParam("name") String name) {
        Caller caller = access.caller();
        Preference preference = request.preference();
        Optional<IdempotencyKey> key = request.idempotencyKey();
        return access.changeable(name)
                .flatMap(schedule -> Jobs.uni(book.begin(
                        schedule, caller, Draft.audit(caller, "schedule.run", schedule.spec()), Instant.now(), key)))
                .flatMap(this::launched)
                .flatMap(accepted -> starts.answer(accepted, preference));
    }

    /// An earlier request with the same key may have died before it came so far.
    private Uni<Accepted> launched(Asked asked) {
        return Jobs.uni(runs.begun(asked.run()))
                .flatMap(begun -> begun.isPresent()
                        ? launch.first(begun.get()).map(accepted -> new Accepted(accepted.job(), asked.replayed()))
                        : Jobs.uni(book.find(asked.run()))
                                .flatMap(run -> again(run.orElseThrow(ScheduleRunResource::gone))));
    }

    private Uni<Accepted> again(RunView run) {
        if (run.job() == null) {
            throw new Refused(Problem.conflict(
                    "run-refused",
                    "The run that was asked for with this Idempotency-Key was refused; GET .../runs says why. Take a new"
                            + " key to try again."));
        }
        return jobs.get(run.job().id()).map(job -> new Accepted(job, true));
    }

    private static Refused gone() {
        return new Refused(Problem.notFound("such run"));
    }
}
