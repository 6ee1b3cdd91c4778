package io.lockkeeper.migration;

import io.lockkeeper.migration.MigrationSpec.FormatName;
import io.lockkeeper.security.Needs;
import io.lockkeeper.security.Permission;
import io.lockkeeper.target.AskedNow;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Duration;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

@Path("/api/v1/targets/{name}/migrations")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Migrations")
public class MigrationsResource {
    private static final Duration BOUND = Duration.ofSeconds(20);

    private final MigrationsReader reader;

    MigrationsResource(MigrationsReader reader) {
        this.reader = reader;
    }

    @GET
    @Needs(Permission.TARGETS_READ)
    @Operation(
            operationId = "getMigrations",
            summary = "How the migrations of a target stand: applied, pending, failed, changed, missing, out of order",
            description = "The files of a bundle beside the history that their own tool keeps on the target. Changes"
                    + " nothing; at most 20 seconds.")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = MigrationsReport.class)))
    @APIResponse(responseCode = "404", description = "There is no such target, or no such bundle")
    @APIResponse(
            responseCode = "422",
            description = "`no-bundle`, `format-unknown`, `migrations-faulty`, or what was registered does not fit")
    @APIResponse(responseCode = "502", description = "It, or the way to it, does not work now; see the probe")
    public Uni<MigrationsReport> get(
            @PathParam("name") String name,
            @Parameter(description = "Its sha256; without it, the one that ran last there") @QueryParam("bundle")
                    String bundle,
            @QueryParam("format") FormatName format) {
        return AskedNow.of(name, BOUND, () -> reader.read(name, bundle, format));
    }
}
