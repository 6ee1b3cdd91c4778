package io.lockkeeper.wal;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.lockkeeper.job.JobStarts;
import io.lockkeeper.job.StartsAJob;
import io.lockkeeper.security.Needs;
import io.lockkeeper.security.Permission;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

@Path("/api/v1/targets/{name}/wal-archive/prunings")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Tag(name = "WAL archives")
public class WalPruningResource {
    private final JobStarts starts;

    WalPruningResource(JobStarts starts) {
        this.starts = starts;
    }

    @POST
    @Needs(Permission.JOBS_START)
    @StartsAJob(target = StartsAJob.TargetFrom.PATH)
    @Operation(
            operationId = "pruneWalArchive",
            summary = "Tell which archived log no kept backup needs, or delete it",
            description =
                    "A job. What goes is what lies before all physical backups that are kept, broken or missing ones as"
                            + " well: no time that the cluster can be brought back to is lost. Deleting backups (POST"
                            + " /backup-prunings) makes log superfluous; a schedule runs this as its `then`. A target that"
                            + " protects the kind backup-delete wants approval for it.")
    @RequestBody(
            content =
                    @Content(
                            schema = @Schema(implementation = WalPruneSpec.class),
                            examples = {
                                @ExampleObject(name = "What would go", value = "{\"mode\": \"plan\"}"),
                                @ExampleObject(name = "Delete it", value = "{\"mode\": \"apply\"}")
                            }))
    public Uni<Response> prune(@PathParam("name") String name, byte[] body, @Context HttpHeaders headers) {
        String path = "/api/v1/targets/" + name + "/wal-archive/prunings";
        return starts.one(
                path, WalPruneJob.NAME, Map.of("target", JsonNodeFactory.instance.textNode(name)), body, headers);
    }
}
