package io.lockkeeper.timeout;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.lockkeeper.job.JobStarts;
import io.lockkeeper.job.StartsAJob;
import io.lockkeeper.security.Needs;
import io.lockkeeper.security.Permission;
import io.lockkeeper.target.AskedNow;
import io.lockkeeper.target.Targets;
import io.smallrye.mutiny.Uni;
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
import java.time.Duration;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

@Path("/api/v1/targets/{name}/timeouts")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Timeouts")
public class TimeoutsResource {
    private static final Duration BOUND = Duration.ofSeconds(15);

    private final TimeoutsReader reader;
    private final Targets targets;
    private final JobStarts starts;

    TimeoutsResource(TimeoutsReader reader, Targets targets, JobStarts starts) {
        this.reader = reader;
        this.targets = targets;
        this.starts = starts;
    }

    @GET
    @Needs(Permission.TARGETS_READ)
    @Operation(
            operationId = "getTimeouts",
            summary = "The timeouts of a target now: effective values, drift, sessions with old values",
            description =
                    "Asks the catalogue over one session, and lets the role that was asked for (else Lockkeeper's own"
                            + " there) log in once, if a target on the same server is registered for it. Changes nothing; at most"
                            + " 15 seconds.")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = TimeoutsReport.class)))
    @APIResponse(responseCode = "404", description = "There is no such target, or no such role or database on it")
    @APIResponse(responseCode = "422", description = "It answers, and what was registered does not fit; see the probe")
    @APIResponse(responseCode = "502", description = "It, or the way to it, does not work now; see the probe")
    public Uni<TimeoutsReport> get(
            @PathParam("name") String name,
            @Parameter(description = "Only this role; without it, every role that can log in") @QueryParam("role")
                    String role,
            @Parameter(description = "Logins into this database; without it, the target's own") @QueryParam("database")
                    String database) {
        return AskedNow.of(name, BOUND, () -> reader.read(name, role, database));
    }

    @POST
    @Path("/recycle")
    @Consumes(MediaType.APPLICATION_JSON)
    @Needs(Permission.JOBS_START)
    @StartsAJob(target = StartsAJob.TargetFrom.PATH)
    @Operation(
            operationId = "recycleSessions",
            summary = "End idle sessions that still run with old values",
            description = "A job. A session is ended only if it is still the same one (pid and start) and still idle.")
    @RequestBody(
            content =
                    @Content(
                            schema = @Schema(implementation = TimeoutRecycleSpec.class),
                            examples =
                                    @ExampleObject(
                                            name = "Those that have been idle for a while",
                                            value = "{\"idleFor\": \"10s\"}")))
    @APIResponse(responseCode = "404", description = "There is no such target")
    public Uni<Response> recycle(@PathParam("name") String name, byte[] body, @Context HttpHeaders headers) {
        return targets.lookup(name)
                .map(found -> found.orElseThrow(() -> new Refused(Problem.notFound("target " + name))))
                .flatMap(target -> starts.one(
                        "/api/v1/targets/" + target.name() + "/timeouts/recycle",
                        TimeoutRecycleJob.NAME,
                        Map.of("target", JsonNodeFactory.instance.textNode(target.name())),
                        body,
                        headers));
    }
}
