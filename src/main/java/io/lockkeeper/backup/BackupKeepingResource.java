package io.lockkeeper.backup;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lockkeeper.http.ETags;
import io.lockkeeper.http.MergePatch;
import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.lockkeeper.http.StrictReader;
import io.lockkeeper.job.JobId;
import io.lockkeeper.job.JobStarts;
import io.lockkeeper.job.Jobs;
import io.lockkeeper.job.StartsAJob;
import io.lockkeeper.security.Audit;
import io.lockkeeper.security.Caller;
import io.lockkeeper.security.Needs;
import io.lockkeeper.security.Permission;
import io.lockkeeper.security.Policy;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/// How long one backup stays, and how it goes.
@Path(BackupResource.PATH)
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Backups")
public class BackupKeepingResource {
    private final JobStarts starts;
    private final BackupStore backups;
    private final HoldStore holds;
    private final BackupDeletion deletion;
    private final StrictReader reader;
    private final ObjectMapper json;
    private final SecurityIdentity identity;

    BackupKeepingResource(
            JobStarts starts,
            BackupStore backups,
            HoldStore holds,
            BackupDeletion deletion,
            StrictReader reader,
            ObjectMapper json,
            SecurityIdentity identity) {
        this.starts = starts;
        this.backups = backups;
        this.holds = holds;
        this.deletion = deletion;
        this.reader = reader;
        this.json = json;
        this.identity = identity;
    }

    @PATCH
    @Path("/{id}")
    @Consumes({MergePatch.MEDIA_TYPE, MediaType.APPLICATION_JSON})
    @Needs(Permission.BACKUPS_HOLD)
    @Operation(
            operationId = "keepBackup",
            summary = "Hold a backup, release it, or say until when it stays",
            description =
                    "A JSON merge patch (RFC 7396). What is held is deleted by nobody. To keep it for longer needs"
                            + " backups-hold (operators and admins); to let it go sooner, that is to release it or to bring its"
                            + " expiresAt forward, needs backups-release (admins).")
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = MergePatch.MEDIA_TYPE,
                            schema = @Schema(implementation = KeepPatch.class),
                            examples = {
                                @ExampleObject(name = "Hold", value = "{\"hold\": \"litigation 4711\"}"),
                                @ExampleObject(name = "Release", value = "{\"hold\": null}"),
                                @ExampleObject(
                                        name = "Until new year",
                                        value = "{\"expiresAt\": \"2027-01-01T00:00:00Z\"}")
                            }))
    @Parameter(name = "If-Match", in = ParameterIn.HEADER, required = true)
    @APIResponse(
            responseCode = "200",
            description = "As it is now",
            content = @Content(schema = @Schema(implementation = BackupView.class)))
    @APIResponse(responseCode = "404", description = "`not-found`")
    @APIResponse(responseCode = "412", description = "`precondition-failed`: it was changed, or deleted, meanwhile")
    @APIResponse(responseCode = "428", description = "`precondition-required`: without If-Match")
    public Uni<Response> keep(@PathParam("id") JobId id, @Context HttpHeaders headers, byte[] body) {
        ObjectNode patch = MergePatch.read(reader, body);
        Caller caller = Caller.of(identity);
        return found(id)
                .invoke(backup -> ETags.demandMatch(headers, backup.tag()))
                .flatMap(backup -> keep(backup, patch, caller))
                .flatMap(_ -> found(id))
                .map(now -> Response.ok(now).tag(now.tag()).build());
    }

    private Uni<Void> keep(BackupView backup, ObjectNode patch, Caller caller) {
        KeepPatch before = KeepPatch.of(backup);
        KeepPatch wanted = reader.read(MergePatch.apply(json.valueToTree(before), patch), KeepPatch.class);
        if (wanted.movesExpiry(before)
                && wanted.expiresAt() != null
                && wanted.expiresAt().isBefore(Instant.now())) {
            throw new Refused(Problem.invalid("/expiresAt", "must be in the future; null lets the rules decide"));
        }
        if (wanted.letsGo(before)) {
            Policy.demand(caller, Permission.BACKUPS_RELEASE, backup.target());
        }
        return Jobs.uni(holds.keep(backup, wanted, told(backup, before, wanted, caller)));
    }

    private static List<Audit> told(BackupView backup, KeepPatch before, KeepPatch wanted, Caller caller) {
        List<Audit> told = new ArrayList<>();
        String object = "backup/" + backup.id();
        if (wanted.releases(before)) {
            told.add(Audit.entry(caller, "backup.release", object).with("hold", before.hold()));
        }
        if (wanted.holdsAnew(before)) {
            told.add(Audit.entry(caller, "backup.hold", object)
                    .with("hold", wanted.hold())
                    .with("before", String.valueOf(before.hold())));
        }
        if (wanted.movesExpiry(before)) {
            told.add(Audit.entry(caller, "backup.expiry", object)
                    .with("expiresAt", String.valueOf(wanted.expiresAt()))
                    .with("before", String.valueOf(before.expiresAt())));
        }
        return told.stream().map(each -> each.about(backup.target())).toList();
    }

    @DELETE
    @Path("/{id}")
    @Consumes(MediaType.WILDCARD)
    @Needs(Permission.JOBS_START)
    @StartsAJob(target = StartsAJob.TargetFrom.PATH)
    @Operation(
            operationId = "deleteBackup",
            summary = "Delete a backup",
            description =
                    "A job. First the backup is forgotten, with an audit row; then its files go. What speaks against"
                            + " it is told at once, and looked for again when the job runs. A target that protects the kind"
                            + " backup-delete wants approval for it.")
    @Parameter(name = "If-Match", in = ParameterIn.HEADER, required = true)
    @RequestBody(
            content =
                    @Content(
                            examples =
                                    @ExampleObject(
                                            name = "With a label",
                                            value = "{\"labels\": {\"ticket\": \"OPS-17\"}}")))
    @APIResponse(responseCode = "404", description = "There is no such backup")
    @APIResponse(
            responseCode = "409",
            description = "`backup-held`, `backup-being-read`, `backup-last-proven`, `backup-of-another-tool`")
    @APIResponse(responseCode = "412", description = "`precondition-failed`: it was changed meanwhile")
    @APIResponse(responseCode = "422", description = "`unknown-target`: its target was forgotten")
    @APIResponse(responseCode = "428", description = "`precondition-required`: without If-Match")
    public Uni<Response> delete(
            @PathParam("id") JobId id,
            @Parameter(description = "Even if it is the last one that a restore test has proven") @QueryParam("force")
                    Boolean asked,
            byte[] body,
            @Context HttpHeaders headers) {
        boolean force = asked != null && asked;
        String path = BackupResource.PATH + "/" + id.value() + (force ? "?force=true" : "");
        return starts.againOr(path, body, headers, () -> found(id)
                .invoke(backup -> ETags.demandMatch(headers, backup.tag()))
                .call(backup -> deletion.wouldDelete(backup.target(), backup.id(), force))
                .flatMap(backup -> starts.one(
                        path,
                        BackupDeleteJob.NAME,
                        said(backup, Map.of("force", JsonNodeFactory.instance.booleanNode(force))),
                        body,
                        headers)));
    }

    @POST
    @Path("/{id}/checks")
    @Consumes(MediaType.APPLICATION_JSON)
    @Needs(Permission.JOBS_START)
    @StartsAJob(target = StartsAJob.TargetFrom.PATH)
    @Operation(
            operationId = "checkBackup",
            summary = "Look whether a backup is still what was brought to its depot",
            description = "A job, as POST /backup-checks starts it for all backups of a target.")
    @RequestBody(
            content =
                    @Content(
                            schema = @Schema(implementation = BackupCheckDepth.class),
                            examples = @ExampleObject(name = "Read every byte", value = "{\"deep\": true}")))
    @APIResponse(responseCode = "404", description = "There is no such backup")
    public Uni<Response> check(@PathParam("id") JobId id, byte[] body, @Context HttpHeaders headers) {
        String path = BackupResource.PATH + "/" + id.value() + "/checks";
        return starts.againOr(path, body, headers, () -> found(id)
                .flatMap(backup -> starts.one(path, BackupCheckJob.NAME, said(backup, Map.of()), body, headers)));
    }

    /// What the path says of the job.
    private static Map<String, JsonNode> said(BackupView backup, Map<String, JsonNode> more) {
        Map<String, JsonNode> said = new java.util.HashMap<>(more);
        said.put("target", JsonNodeFactory.instance.textNode(backup.target()));
        said.put("backup", JsonNodeFactory.instance.numberNode(backup.id()));
        return said;
    }

    private Uni<BackupView> found(JobId id) {
        return backups.lookup(id.value())
                .map(found -> found.orElseThrow(() -> new Refused(Problem.notFound("backup " + id.value())))
                        .demandOurs());
    }
}
