package io.lockkeeper.backup;

import io.lockkeeper.job.JobStarts;
import io.lockkeeper.job.StartsAJob;
import io.lockkeeper.security.Needs;
import io.lockkeeper.security.Permission;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

@Path(BackupPruningResource.PATH)
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Tag(name = "Backups")
public class BackupPruningResource {
    static final String PATH = "/api/v1/backup-prunings";

    private final JobStarts starts;

    BackupPruningResource(JobStarts starts) {
        this.starts = starts;
    }

    @POST
    @Needs(Permission.JOBS_START)
    @StartsAJob(target = StartsAJob.TargetFrom.BODY_OR_LABELS)
    @Operation(
            operationId = "startBackupPruning",
            summary = "Tell which backups no rule keeps, or delete them",
            description = "A job. Its result lists every backup with what keeps it: `daily 2026-11-20`, `last proven`,"
                    + " `hold: ...`. Nothing keeps those that go. What is missing, broken, or without its key is counted"
                    + " apart. A target that protects the kind backup-delete wants approval for this, too.")
    @RequestBody(
            content =
                    @Content(
                            schema = @Schema(implementation = BackupPruneSpec.class),
                            examples = {
                                @ExampleObject(name = "What would go?", value = """
                                        {"target": "demo", "rules": {"daily": 7, "weekly": 4, "monthly": 12},
                                         "timeZone": "Europe/Berlin"}"""),
                                @ExampleObject(name = "Delete it", value = """
                                        {"target": "demo", "mode": "apply", "rules": {"last": 3, "within": "72h", "daily": 14}}"""),
                                @ExampleObject(name = "The whole fleet", value = """
                                        {"targets": ["env=prod"], "mode": "apply", "rules": {"daily": 7, "yearly": 10}}""")
                            }))
    public Uni<Response> start(byte[] body, @Context HttpHeaders headers) {
        return starts.each(PATH, BackupPruneJob.NAME, body, headers);
    }
}
