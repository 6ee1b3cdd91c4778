package io.lockkeeper.backup;

import io.lockkeeper.depot.DepotFailure;
import io.lockkeeper.depot.Depots;
import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.lockkeeper.job.JobId;
import io.lockkeeper.security.Audit;
import io.lockkeeper.security.AuditStore;
import io.lockkeeper.security.Caller;
import io.lockkeeper.security.Needs;
import io.lockkeeper.security.Permission;
import io.lockkeeper.store.StoreAnswer;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.common.annotation.Blocking;
import io.vertx.sqlclient.Pool;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/// The bytes of a backup. Whoever takes them has the whole database: it needs a permission of its own, and an audit row
/// says who did.
@Path(BackupResource.PATH + "/{id}")
@Blocking
@Tag(name = "Backups")
public class BackupContentResource {
    private final BackupStore backups;
    private final Depots depots;
    private final AuditStore audit;
    private final Pool store;
    private final SecurityIdentity identity;

    BackupContentResource(BackupStore backups, Depots depots, AuditStore audit, Pool store, SecurityIdentity identity) {
        this.backups = backups;
        this.depots = depots;
        this.audit = audit;
        this.store = store;
        this.identity = identity;
    }

    @GET
    @Path("/content")
    @Produces(MediaType.APPLICATION_OCTET_STREAM)
    @Needs(Permission.BACKUPS_DOWNLOAD)
    @Operation(
            operationId = "downloadBackup",
            summary = "The dump as pg_restore or psql takes it",
            description =
                    "Opened and unpacked; a directory comes as tar. Every byte is compared with its digest on the"
                            + " way: where something is wrong the answer is cut off before its end. An audit row tells who took it.")
    @APIResponse(
            responseCode = "200",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_OCTET_STREAM,
                            schema = @Schema(type = SchemaType.STRING, format = "binary")))
    @APIResponse(responseCode = "422", description = "`artifact-missing`, `artifact-damaged`, `key-lost`")
    public Response content(@PathParam("id") JobId id) throws InterruptedException {
        BackupView backup = found(id);
        BackupContent content = open(backup);
        return switch (backup.format()) {
            case DIRECTORY, TAR -> download(backup, backup.target() + "-" + backup.id() + ".tar", content::tarTo);
            case CUSTOM -> download(backup, LogicalBackup.CUSTOM, out -> content.copyTo(LogicalBackup.CUSTOM, out));
            case PLAIN -> download(backup, LogicalBackup.PLAIN, out -> content.copyTo(LogicalBackup.PLAIN, out));
        };
    }

    @GET
    @Path("/globals")
    @Produces("application/sql")
    @Needs(Permission.BACKUPS_DOWNLOAD)
    @Operation(operationId = "downloadGlobals", summary = "Roles and tablespaces as they were, as SQL")
    @APIResponse(
            responseCode = "200",
            content = @Content(mediaType = "application/sql", schema = @Schema(type = SchemaType.STRING)))
    public Response globals(@PathParam("id") JobId id) throws InterruptedException {
        BackupView backup = found(id);
        BackupContent content = open(backup);
        if (!content.has(LogicalBackup.GLOBALS)) {
            throw new Refused(Problem.notFound("a list of roles in backup " + id.value()));
        }
        return download(backup, LogicalBackup.GLOBALS, out -> content.copyTo(LogicalBackup.GLOBALS, out));
    }

    @GET
    @Path("/fingerprint")
    @Produces(MediaType.APPLICATION_JSON)
    @Needs(Permission.JOBS_READ)
    @Operation(
            operationId = "getFingerprint",
            summary = "What is remembered of its content, table by table",
            description = "Names, numbers and hashes; no data.")
    @APIResponse(
            responseCode = "200",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = io.lockkeeper.dump.Fingerprint.class)))
    public Response fingerprint(@PathParam("id") JobId id) throws InterruptedException {
        BackupContent content = open(found(id));
        if (!content.has(LogicalBackup.FINGERPRINT)) {
            throw new Refused(Problem.notFound("a fingerprint of backup " + id.value()));
        }
        return Response.ok((StreamingOutput) out -> content.copyTo(LogicalBackup.FINGERPRINT, out))
                .build();
    }

    private BackupView found(JobId id) throws InterruptedException {
        return backups.find(id.value())
                .orElseThrow(() -> new Refused(Problem.notFound("backup " + id.value())))
                .demandOurs();
    }

    private BackupContent open(BackupView backup) {
        try {
            return new BackupContent(depots.named(backup.depot()).read(backup.folder(), backup.sha256()));
        } catch (DepotFailure failure) {
            throw new Refused(failure.problem());
        }
    }

    private Response download(BackupView backup, String file, StreamingOutput content) throws InterruptedException {
        Audit entry = Audit.entry(Caller.of(identity), "backup.download", "backup/" + backup.id())
                .about(backup.target())
                .with("file", file);
        StoreAnswer.await(audit.append(store, entry));
        return Response.ok(content)
                .header(HttpHeaders.CONTENT_DISPOSITION, "attachment; filename=\"" + file + "\"")
                .build();
    }
}
