package io.lockkeeper.restore;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.lockkeeper.backup.Backups;
import io.lockkeeper.http.Cursor;
import io.lockkeeper.http.Faults;
import io.lockkeeper.http.Limit;
import io.lockkeeper.http.Page;
import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.lockkeeper.http.StrictReader;
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
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

@Path(RestoreTestResource.PATH)
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Tag(name = "Restore tests", description = "Backups restored, compared with what was backed up, and judged")
public class RestoreTestResource {
    static final String PATH = "/api/v1/restore-tests";

    private final JobStarts starts;
    private final Backups backups;
    private final RestoreTestStore tests;
    private final StrictReader reader;

    RestoreTestResource(JobStarts starts, Backups backups, RestoreTestStore tests, StrictReader reader) {
        this.starts = starts;
        this.backups = backups;
        this.tests = tests;
        this.reader = reader;
    }

    @POST
    @Needs(Permission.JOBS_START)
    @StartsAJob(target = StartsAJob.TargetFrom.BODY_OR_LABELS)
    @Operation(
            operationId = "startRestoreTest",
            summary = "Restore a backup into a throw-away server, and judge it",
            description =
                    "A job; the test has its id. Name a backup, or a target for its newest. The verdict stays on the"
                            + " backup (`proof`) until another test says something else. A backup that is found broken is a result;"
                            + " a test that could not run fails, and says nothing about the backup. The target itself is not"
                            + " touched: it may be gone for good.")
    @RequestBody(
            content =
                    @Content(
                            schema = @Schema(implementation = RestoreTestSpec.class),
                            examples = {
                                @ExampleObject(name = "A target's newest backup", value = "{\"target\": \"demo\"}"),
                                @ExampleObject(
                                        name = "A certain backup",
                                        value = "{\"backup\": 17, \"parallelism\": 4}"),
                                @ExampleObject(name = "With questions of your own", value = """
                                        {"target": "demo", "checks": [{"name": "there are orders",
                                         "sql": "SELECT count(*) > 0 FROM orders", "expect": "true"}]}"""),
                                @ExampleObject(
                                        name = "To look around in the copy",
                                        value = "{\"backup\": 17, \"keepFor\": \"30m\"}"),
                                @ExampleObject(name = "The whole fleet", value = "{\"targets\": [\"env=prod\"]}")
                            }))
    @APIResponse(responseCode = "409", description = "`backup-unfinished`")
    @APIResponse(
            responseCode = "422",
            description = "`unknown-backup`, `no-backup`, `backup-of-another-target`, `artifact-missing`, `key-lost`,"
                    + " `not-recoverable`")
    public Uni<Response> start(byte[] body, @Context HttpHeaders headers) {
        return starts.againOr(PATH, body, headers, () -> fresh(body, headers));
    }

    /// What is wrong with the request itself is told by whoever reads it in earnest.
    private Uni<Response> fresh(byte[] body, HttpHeaders headers) {
        JsonNode asked = reader.tree(body, new Faults());
        JsonNode target = asked.path("target");
        JsonNode backup = asked.path("backup");
        boolean named = backup.canConvertToLong() && backup.isIntegralNumber() && backup.longValue() > 0;
        if (named && !asked.has("targets") && (target.isMissingNode() || target.isTextual())) {
            return Testable.known(backups, backup.longValue())
                    .invoke(found -> Testable.demand(found, target.textValue(), asked.hasNonNull("until")))
                    .flatMap(found -> target.isMissingNode()
                            ? starts.one(
                                    PATH,
                                    RestoreTestJob.NAME,
                                    Map.of("target", JsonNodeFactory.instance.textNode(found.target())),
                                    body,
                                    headers)
                            : starts.each(PATH, RestoreTestJob.NAME, body, headers));
        }
        if (target.isTextual() && backup.isMissingNode() && asked.path("until").isMissingNode()) {
            return backups.lookupNewest(target.textValue())
                    .invoke(newest -> newest.ifPresent(found -> Testable.demand(found, found.target(), false)))
                    .flatMap(_ -> starts.each(PATH, RestoreTestJob.NAME, body, headers));
        }
        return starts.each(PATH, RestoreTestJob.NAME, body, headers);
    }

    @GET
    @Needs(Permission.JOBS_READ)
    @Operation(operationId = "listRestoreTests", summary = "Restore tests that came to a verdict, newest first")
    public Uni<Page<RestoreTestView>> list(
            @QueryParam("target") String target,
            @QueryParam("backup") JobId backup,
            @QueryParam("verdict") Verdict verdict,
            @QueryParam("limit") Limit limit,
            @QueryParam("cursor") String cursor) {
        Limit most = Limit.of(limit);
        Long ofBackup = backup == null ? null : backup.value();
        long before = Cursor.number(cursor, Long.MAX_VALUE, target, ofBackup, verdict);
        return tests.page(new RestoreTestStore.Filter(target, ofBackup, verdict), before, most.plusOne())
                .map(rows -> Page.of(rows, most, RestoreTestView::id, target, ofBackup, verdict));
    }

    @GET
    @Path("/{id}")
    @Needs(Permission.JOBS_READ)
    @Operation(operationId = "getRestoreTest", summary = "A restore test: the verdict, with every reason")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = RestoreTestView.class)))
    @APIResponse(responseCode = "404", description = "There is none, or its job has come to no verdict yet, or never")
    public Uni<RestoreTestView> get(@PathParam("id") JobId id) {
        return tests.lookup(id.value())
                .map(found -> found.orElseThrow(() -> new Refused(Problem.notFound("restore test " + id.value()))));
    }
}
