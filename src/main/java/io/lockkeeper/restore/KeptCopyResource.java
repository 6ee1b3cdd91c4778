package io.lockkeeper.restore;

import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.lockkeeper.job.JobId;
import io.lockkeeper.postgres.ServerAddress;
import io.lockkeeper.restore.RestoreTestStore.Keeping;
import io.lockkeeper.security.Audit;
import io.lockkeeper.security.AuditStore;
import io.lockkeeper.security.Caller;
import io.lockkeeper.security.Needs;
import io.lockkeeper.security.Permission;
import io.lockkeeper.store.StoreAnswer;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.common.annotation.Blocking;
import io.vertx.sqlclient.Pool;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/// The copy of a restore test that was asked to keep it. Whoever gets in has the whole database, so that takes a
/// permission of its own, and an audit row says who did.
@Path(RestoreTestResource.PATH + "/{id}/sandbox")
@Produces(MediaType.APPLICATION_JSON)
@Blocking
@Tag(name = "Restore tests")
public class KeptCopyResource {
    private final KeptCopies kept;
    private final RestoreTestStore tests;
    private final AuditStore audit;
    private final Pool store;
    private final SecurityIdentity identity;

    KeptCopyResource(KeptCopies kept, RestoreTestStore tests, AuditStore audit, Pool store, SecurityIdentity identity) {
        this.kept = kept;
        this.tests = tests;
        this.audit = audit;
        this.store = store;
        this.identity = identity;
    }

    @GET
    @Needs(Permission.SANDBOXES_ENTER)
    @Operation(
            operationId = "enterSandbox",
            summary = "How to get into the copy that a restore test was asked to keep",
            description =
                    "From the machine of the worker that keeps it, or through a tunnel to there. An audit row tells"
                            + " who asked.")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = SandboxAccess.class)))
    @APIResponse(responseCode = "404", description = "There is no such test")
    @APIResponse(responseCode = "409", description = "`sandbox-elsewhere`: another instance keeps it")
    @APIResponse(responseCode = "410", description = "`sandbox-gone`: its time is over, or nobody wanted it kept")
    public Response enter(@PathParam("id") JobId id) throws InterruptedException {
        RestoreTestView test = demandTest(id.value());
        Keeping keeping = demandKeeping(test);
        Restored copy = kept.find(id.value()).orElseThrow(() -> elsewhere(keeping));
        Audit entry = Audit.entry(Caller.of(identity), "sandbox.enter", "restore-test/" + id.value())
                .about(test.target());
        StoreAnswer.await(audit.append(store, entry));
        return Response.ok(access(copy, keeping)).build();
    }

    private static SandboxAccess access(Restored copy, Keeping keeping) {
        ServerAddress address = copy.sandbox().address(copy.database());
        return new SandboxAccess(
                keeping.on(),
                address.host(),
                address.port(),
                address.database(),
                address.username(),
                address.password().reveal(),
                keeping.until());
    }

    @DELETE
    @Needs(Permission.SANDBOXES_ENTER)
    @Operation(operationId = "endSandbox", summary = "Let go of the copy before its time is over")
    @APIResponse(responseCode = "204", description = "It is gone")
    @APIResponse(responseCode = "404", description = "There is no such test")
    @APIResponse(responseCode = "409", description = "`sandbox-elsewhere`: another instance keeps it")
    @APIResponse(responseCode = "410", description = "`sandbox-gone`: it was gone already")
    public Response end(@PathParam("id") JobId id) throws InterruptedException {
        Keeping keeping = demandKeeping(demandTest(id.value()));
        if (!kept.end(id.value())) {
            throw elsewhere(keeping);
        }
        return Response.noContent().build();
    }

    private RestoreTestView demandTest(long id) throws InterruptedException {
        return tests.find(id).orElseThrow(() -> new Refused(Problem.notFound("restore test " + id)));
    }

    private Keeping demandKeeping(RestoreTestView test) throws InterruptedException {
        return tests.findKeeping(test.id())
                .orElseThrow(() -> new Refused(Problem.of(
                        410,
                        "sandbox-gone",
                        "Sandbox gone",
                        "The copy of restore test " + test.id()
                                + " is gone, or was not asked to be kept; ask for a new test with keepFor.")));
    }

    /// Also when that instance has died: nobody knows.
    private Refused elsewhere(Keeping keeping) {
        return new Refused(Problem.conflict(
                "sandbox-elsewhere",
                "The copy is kept by the instance " + keeping.on() + " until " + keeping.until()
                        + ", unless it died; this is " + kept.here() + "."));
    }
}
