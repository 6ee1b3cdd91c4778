package io.lockkeeper.wal;

import io.lockkeeper.depot.Depots;
import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.lockkeeper.security.Audit;
import io.lockkeeper.security.Caller;
import io.lockkeeper.security.Needs;
import io.lockkeeper.security.Permission;
import io.lockkeeper.target.TargetFacts;
import io.lockkeeper.target.Targets;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

@Path("/api/v1/targets/{name}/wal-archive")
@Produces(MediaType.APPLICATION_JSON)
@Blocking
@Tag(name = "WAL archives", description = "The write-ahead log of a cluster, kept in a depot: back to any moment")
public class WalArchiveResource {
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Targets targets;
    private final Depots depots;
    private final WalArchiveStore archives;
    private final WalArchives views;
    private final WalUpkeep upkeep;
    private final SecurityIdentity identity;

    WalArchiveResource(
            Targets targets,
            Depots depots,
            WalArchiveStore archives,
            WalArchives views,
            WalUpkeep upkeep,
            SecurityIdentity identity) {
        this.targets = targets;
        this.depots = depots;
        this.archives = archives;
        this.views = views;
        this.upkeep = upkeep;
        this.identity = identity;
    }

    @PUT
    @Consumes(MediaType.APPLICATION_JSON)
    @Needs(Permission.JOBS_START)
    @Operation(
            operationId = "declareWalArchive",
            summary = "Archive the write-ahead log of a target's cluster from now on",
            description =
                    "A job of kind `wal-archive` is started, and again whenever it has ended. A replication slot of"
                            + " its own makes the target keep log that is not in the depot yet: watch the lag, and set"
                            + " max_slot_wal_keep_size there. Together with physical backups, this leads back to any moment.")
    @RequestBody(
            required = true,
            content =
                    @Content(
                            schema = @Schema(implementation = WalArchiveSpec.class),
                            examples = {
                                @ExampleObject(name = "With all defaults", value = "{}"),
                                @ExampleObject(name = "Lose five minutes at most", value = "{\"switchEvery\": \"5m\"}")
                            }))
    @APIResponse(
            responseCode = "202",
            description = "Declared; its job begins in a moment",
            content = @Content(schema = @Schema(implementation = WalArchiveView.class)))
    @APIResponse(
            responseCode = "200",
            description = "There was one, which is now as declared; another depot from the next job on",
            content = @Content(schema = @Schema(implementation = WalArchiveView.class)))
    @APIResponse(responseCode = "404", description = "There is no such target")
    @APIResponse(responseCode = "422", description = "`unknown-depot`, `no-depot`, `depot-not-named`")
    public Response declare(@PathParam("name") String name, WalArchiveSpec spec) throws InterruptedException {
        TargetFacts target = targets.find(name).orElseThrow(() -> new Refused(Problem.notFound("target " + name)));
        String depot = depots.named(spec.depot()).name();
        Audit audit = audit("wal-archive.declare", name).with("depot", depot);
        boolean made = archives.declare(target, depot, newSlot(), spec.switchEvery(), audit);
        upkeep.wake();
        return Response.status(made ? Response.Status.ACCEPTED : Response.Status.OK)
                .entity(get(name))
                .build();
    }

    @GET
    @Needs(Permission.TARGETS_READ)
    @Operation(
            operationId = "getWalArchive",
            summary = "How the archive of a target's write-ahead log stands",
            description = "The lag, what is missing, and to which times the cluster can be brought back.")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = WalArchiveView.class)))
    @APIResponse(responseCode = "404", description = "There is no such target, or its log is not archived")
    public WalArchiveView get(@PathParam("name") String name) throws InterruptedException {
        return views.view(name).orElseThrow(() -> notFound(name));
    }

    @DELETE
    @Needs(Permission.JOBS_START)
    @Operation(
            operationId = "endWalArchive",
            summary = "Archive no more",
            description = "Its job drops the slot on the target and ends. What was archived stays.")
    @APIResponse(
            responseCode = "202",
            description = "Its slot is dropped in a moment",
            content = @Content(schema = @Schema(implementation = WalArchiveView.class)))
    @APIResponse(responseCode = "404", description = "There is no such target, or its log is not archived")
    public Response end(@PathParam("name") String name) throws InterruptedException {
        if (!archives.end(name, audit("wal-archive.end", name))) {
            throw notFound(name);
        }
        upkeep.wake();
        return Response.accepted(get(name)).build();
    }

    private Audit audit(String action, String target) {
        return Audit.entry(Caller.of(identity), action, "target/" + target).about(target);
    }

    private static Refused notFound(String target) {
        return new Refused(Problem.notFound("archive of the log of target " + target));
    }

    /// Two Lockkeepers may archive the same cluster.
    private static String newSlot() {
        byte[] some = new byte[5];
        RANDOM.nextBytes(some);
        return "lockkeeper_wal_" + HexFormat.of().formatHex(some);
    }
}
