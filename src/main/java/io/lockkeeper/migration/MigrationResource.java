package io.lockkeeper.migration;

import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.lockkeeper.job.JobId;
import io.lockkeeper.job.JobStarts;
import io.lockkeeper.job.StartsAJob;
import io.lockkeeper.security.Needs;
import io.lockkeeper.security.Permission;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

@Path(MigrationResource.PATH)
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Tag(name = "Migrations")
public class MigrationResource {
    static final String PATH = "/api/v1/migration-runs";

    private final JobStarts starts;
    private final JournalStore journals;
    private final RehearsalStore rehearsals;

    MigrationResource(JobStarts starts, JournalStore journals, RehearsalStore rehearsals) {
        this.starts = starts;
        this.rehearsals = rehearsals;
        this.journals = journals;
    }

    @POST
    @Needs(Permission.JOBS_START)
    @StartsAJob(target = StartsAJob.TargetFrom.BODY_OR_LABELS)
    @Operation(
            operationId = "startMigrationRun",
            summary = "Plan or run the migrations of a bundle",
            description = "A job. A plan tells what apply would do, step by step, and changes nothing; its `digest` can"
                    + " be given to apply as `plan`, which is then refused if anything has changed since. Apply writes down"
                    + " every step before it can have an effect: a run that was interrupted, by whatever, is gone on with by"
                    + " `retry` or by any later run on the target, at the statement where it stood. What a person has to"
                    + " decide about (`out-of-order`, `changed-since`, `missing`, `failed`, `schema-not-empty`) fails with"
                    + " `decision-needed` until `allow` says so, with the reason. What has no way back and does not say why fails"
                    + " with `no-way-back` where the target's protection demands that. `rehearseOn` makes it a"
                    + " rehearsal: it runs on a restored copy of a backup, and the target is left alone. What it would do there is the result; a"
                    + " rehearsal that could not run fails. Where the target's protection demands a rehearsal, apply is refused"
                    + " with `rehearsal-needed` without one.")
    @RequestBody(
            content =
                    @Content(
                            schema = @Schema(implementation = MigrationSpec.class),
                            examples = {
                                @ExampleObject(name = "Plan files, in Flyway's names", value = """
                                        {"target": "demo", "files": [{"path": "V1__orders.sql",
                                         "content": "CREATE TABLE orders (id bigint PRIMARY KEY);"}]}"""),
                                @ExampleObject(name = "Apply the bundle that ran last", value = """
                                        {"target": "demo", "mode": "apply"}"""),
                                @ExampleObject(name = "With a decision", value = """
                                        {"target": "demo", "mode": "apply",
                                         "allow": [{"rule": "out-of-order", "reason": "a hotfix of release 1.2"}]}"""),
                                @ExampleObject(
                                        name = "Rehearse the bundle that ran last on a copy",
                                        value = "{\"target\": \"demo\", \"rehearseOn\": {\"backup\": 17}}"),
                                @ExampleObject(name = "Back to version 2", value = """
                                        {"target": "demo", "mode": "apply", "direction": "down", "to": "2"}""")
                            }))
    @APIResponse(responseCode = "409", description = "`rehearsal-needed`; of a rehearsal: `backup-unfinished`")
    @APIResponse(
            responseCode = "422",
            description = "Of a rehearsal: `unknown-backup`, `no-backup`, `backup-of-another-target`, `backup-broken`,"
                    + " `artifact-missing`, `key-lost`")
    public Uni<Response> start(byte[] body, @Context HttpHeaders headers) {
        return starts.againOr(PATH, body, headers, () -> starts.each(PATH, MigrationJob.NAME, body, headers));
    }

    @GET
    @Path("/{id}")
    @Blocking
    @Needs(Permission.JOBS_READ)
    @Operation(
            operationId = "getMigrationRun",
            summary = "The journal of a run",
            description =
                    "Each step with its statements, rows, times, notices, server process and transaction, while it"
                            + " runs and afterwards. Of a rehearsal what it has found, once it has.")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = MigrationRunView.class)))
    @APIResponse(
            responseCode = "404",
            description =
                    "There is no such run, or it has not come as far as its first step; a rehearsal: to an outcome")
    public MigrationRunView get(@PathParam("id") JobId id) throws InterruptedException {
        Optional<MigrationRunView> run = journals.view(id.value());
        return (run.isPresent() ? run : rehearsals.view(id.value()))
                .orElseThrow(() -> new Refused(Problem.notFound("run of migrations " + id.value())));
    }
}
