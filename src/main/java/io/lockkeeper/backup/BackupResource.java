package io.lockkeeper.backup;

import io.lockkeeper.http.Cursor;
import io.lockkeeper.http.ETags;
import io.lockkeeper.http.Limit;
import io.lockkeeper.http.Page;
import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.lockkeeper.job.JobId;
import io.lockkeeper.job.JobStarts;
import io.lockkeeper.job.StartsAJob;
import io.lockkeeper.security.Needs;
import io.lockkeeper.security.Permission;
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
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

@Path(BackupResource.PATH)
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Tag(name = "Backups", description = "What was dumped, with a fingerprint of its content, sealed in a depot")
public class BackupResource {
    static final String PATH = "/api/v1/backups";

    private final JobStarts starts;
    private final BackupStore backups;

    BackupResource(JobStarts starts, BackupStore backups) {
        this.starts = starts;
        this.backups = backups;
    }

    @POST
    @Needs(Permission.JOBS_START)
    @StartsAJob(target = StartsAJob.TargetFrom.BODY_OR_LABELS)
    @Operation(
            operationId = "startBackup",
            summary = "Back up a database",
            description = "A job; the backup has its id. Nothing that looks like a backup is in the depot before it is"
                    + " whole.")
    @RequestBody(
            content =
                    @Content(
                            schema = @Schema(implementation = BackupSpec.class),
                            examples = {
                                @ExampleObject(name = "With all defaults", value = "{\"target\": \"demo\"}"),
                                @ExampleObject(name = "One schema, four tables at a time", value = """
                                        {"target": "demo", "include": {"schemas": ["public"]}, "parallelism": 4,
                                         "keepFor": "720h", "note": "before the move"}"""),
                                @ExampleObject(name = "One file for pg_restore", value = """
                                        {"target": "demo", "format": "custom", "fingerprint": "counts",
                                         "compression": {"algorithm": "zstd", "level": 9}}"""),
                                @ExampleObject(name = "The whole fleet", value = "{\"targets\": [\"env=prod\"]}")
                            }))
    public Uni<Response> start(byte[] body, @Context HttpHeaders headers) {
        return starts.each(PATH, BackupJob.NAME, body, headers);
    }

    @GET
    @Needs(Permission.JOBS_READ)
    @Operation(operationId = "listBackups", summary = "Backups, newest first")
    public Uni<Page<BackupView>> list(
            @QueryParam("target") String target,
            @Parameter(description = "Whether a restore test has proven it") @QueryParam("proof")
                    BackupView.Verdict proof,
            @QueryParam("method") BackupSpec.Method method,
            @QueryParam("limit") Limit limit,
            @QueryParam("cursor") String cursor) {
        Limit most = Limit.of(limit);
        long before = Cursor.number(cursor, Long.MAX_VALUE, target, proof, method);
        return backups.page(new BackupStore.Filter(target, proof, method), before, most.plusOne())
                .map(rows -> Page.of(rows, most, BackupView::id, target, proof, method));
    }

    @GET
    @Path("/{id}")
    @Needs(Permission.JOBS_READ)
    @Operation(operationId = "getBackup", summary = "A backup: what it holds, where it lies, whether it was proven")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = BackupView.class)))
    @APIResponse(responseCode = "404", description = "There is none, or its job has not made it yet")
    public Uni<Response> get(@PathParam("id") JobId id, @Context HttpHeaders headers) {
        return found(id).map(backup -> ETags.answer(headers, backup.tag(), backup));
    }

    @GET
    @Path("/latest")
    @Needs(Permission.JOBS_READ)
    @Operation(
            operationId = "getLatestBackups",
            summary = "The newest backup of a target that nothing speaks against, and the newest proven one")
    public Uni<LatestBackups> latest(@Parameter(required = true) @QueryParam("target") String target) {
        if (target == null || target.isBlank()) {
            throw new Refused(Problem.badParameter("target", "is required"));
        }
        return backups.latest(target, false).flatMap(newest -> backups.latest(target, true)
                .map(proven -> new LatestBackups(target, newest.orElse(null), proven.orElse(null))));
    }

    private Uni<BackupView> found(JobId id) {
        return backups.lookup(id.value())
                .map(found -> found.orElseThrow(() -> new Refused(Problem.notFound("backup " + id.value()))));
    }
}
