package io.lockkeeper.restore;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.lockkeeper.job.JobId;
import io.lockkeeper.restore.RestoreTestStore.Evidence;
import io.lockkeeper.security.Needs;
import io.lockkeeper.security.Permission;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/// The evidence of a restore test, to be filed. What is in it comes from databases that nobody trusts:
/// as a page, nothing in it can run or load anything.
@Path(RestoreTestResource.PATH + "/{id}/report")
@Tag(name = "Restore tests")
public class RestoreReportResource {
    /// The whole answer is what was digested.
    static final String EVIDENCE = "X-Evidence-Sha256";

    private final RestoreTestStore tests;
    private final ObjectMapper json;

    RestoreReportResource(RestoreTestStore tests, ObjectMapper json) {
        this.tests = tests;
        this.json = json;
    }

    @GET
    @Produces(MediaType.APPLICATION_JSON)
    @Needs(Permission.JOBS_READ)
    @Operation(
            operationId = "getRestoreReport",
            summary = "The evidence of a restore test, as JSON or as a page",
            description =
                    "With Accept: text/html, one self-contained page. The JSON is answered byte for byte as it was"
                            + " digested: its SHA-256 is in the header X-Evidence-Sha256 and on the page.")
    @APIResponse(
            responseCode = "200",
            content = {
                @Content(
                        mediaType = MediaType.APPLICATION_JSON,
                        schema = @Schema(implementation = RestoreReport.class)),
                @Content(mediaType = MediaType.TEXT_HTML, schema = @Schema(implementation = String.class))
            })
    @APIResponse(responseCode = "404", description = "There is no such test, or it has come to no verdict")
    public Uni<Response> asJson(@PathParam("id") JobId id) {
        return found(id).map(evidence -> Response.ok(evidence.report(), MediaType.APPLICATION_JSON_TYPE)
                .header(EVIDENCE, evidence.sha256())
                .build());
    }

    @GET
    @Produces(MediaType.TEXT_HTML)
    @Needs(Permission.JOBS_READ)
    @Operation(hidden = true)
    public Uni<Response> asPage(@PathParam("id") JobId id, @Context RoutingContext request) {
        // In the place of the one that all answers have: of two, browsers obey both, and the page had no style.
        request.response().headers().set("Content-Security-Policy", ReportPage.CONTENT_SECURITY_POLICY);
        return found(id).map(evidence -> Response.ok(page(evidence))
                .type("text/html;charset=utf-8")
                .header(EVIDENCE, evidence.sha256())
                .header(HttpHeaders.CONTENT_DISPOSITION, "inline; filename=\"restore-test-" + id.value() + ".html\"")
                .build());
    }

    private String page(Evidence evidence) {
        try {
            RestoreReport report = json.readValue(evidence.report(), RestoreReport.class);
            return new ReportPage(report, evidence).html();
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    private Uni<Evidence> found(JobId id) {
        return tests.evidence(id.value())
                .map(found -> found.orElseThrow(() -> new Refused(Problem.notFound("restore test " + id.value()))));
    }
}
