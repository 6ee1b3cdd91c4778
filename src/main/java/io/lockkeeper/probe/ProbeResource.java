package io.lockkeeper.probe;

import io.lockkeeper.security.Needs;
import io.lockkeeper.security.Permission;
import io.lockkeeper.target.AskedNow;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Duration;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

@Path("/api/v1/targets/{name}/probe")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Targets")
public class ProbeResource {
    private static final Duration BOUND = Duration.ofSeconds(10);

    private final Probe probe;

    ProbeResource(Probe probe) {
        this.probe = probe;
    }

    @POST
    @Needs(Permission.TARGETS_PROBE)
    @Operation(
            summary = "Look at a registered database now",
            description = "Opens one session, asks the catalogue, changes nothing; at most ten seconds.")
    @APIResponse(
            responseCode = "200",
            description = "What it is, what may be done on it, and what could not be seen",
            content = @Content(schema = @Schema(implementation = ProbeReport.class)))
    @APIResponse(
            responseCode = "422",
            description = "It answers, and what was registered does not fit: `target-authentication-failed`,"
                    + " `target-database-missing`, `target-tls-failed`, `target-too-old`, `target-access-denied`,"
                    + " `target-host-forbidden`, `target-refused`, `secret-missing`, `credential-unreadable`")
    @APIResponse(
            responseCode = "502",
            description = "It, or the way to it, does not work now: `target-unreachable`, `target-not-postgresql`,"
                    + " `target-not-ready`, `target-full`, `target-probe-failed`")
    public Uni<ProbeReport> probe(@PathParam("name") String name) {
        return AskedNow.of(name, BOUND, () -> probe.of(name));
    }
}
