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

@Path(BackupChecksResource.PATH)
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Tag(name = "Backups")
public class BackupChecksResource {
    static final String PATH = "/api/v1/backup-checks";

    private final JobStarts starts;

    BackupChecksResource(JobStarts starts) {
        this.starts = starts;
    }

    @POST
    @Needs(Permission.JOBS_START)
    @StartsAJob(target = StartsAJob.TargetFrom.BODY_OR_LABELS)
    @Operation(
            operationId = "startBackupCheck",
            summary = "Look whether backups are still what was brought to their depots",
            description = "A job. Each backup is looked at once a day in any case, by its manifest and the sizes of its"
                    + " files. What is missing, and a key that is lost, is shown on the backup until it is there again; a"
                    + " depot that does not answer says nothing about what is in it. A deep check reads every byte as it is"
                    + " stored, and needs no key.")
    @RequestBody(
            content =
                    @Content(
                            schema = @Schema(implementation = BackupCheckSpec.class),
                            examples = {
                                @ExampleObject(name = "All of a target", value = "{\"target\": \"demo\"}"),
                                @ExampleObject(
                                        name = "Every byte, in the whole fleet",
                                        value = "{\"targets\": [\"env=prod\"], \"deep\": true}")
                            }))
    public Uni<Response> start(byte[] body, @Context HttpHeaders headers) {
        return starts.each(PATH, BackupCheckJob.NAME, body, headers);
    }
}
