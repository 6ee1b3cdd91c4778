package io.lockkeeper.target;

import com.fasterxml.jackson.databind.JsonNode;
import io.lockkeeper.http.CurrentRequest;
import io.lockkeeper.http.Cursor;
import io.lockkeeper.http.ETags;
import io.lockkeeper.http.IdempotencyKey;
import io.lockkeeper.http.Limit;
import io.lockkeeper.http.MergePatch;
import io.lockkeeper.http.Page;
import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.lockkeeper.postgres.TlsMode;
import io.lockkeeper.security.Audit;
import io.lockkeeper.security.Caller;
import io.lockkeeper.security.Needs;
import io.lockkeeper.security.Permission;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.vertx.UniHelper;
import jakarta.enterprise.inject.Instance;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

@Path("/api/v1/targets")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Targets", description = "The registered databases")
public class TargetResource {
    private final TargetStore store;
    private final TargetPatch patches;
    private final Credentials credentials;
    private final HostRules hosts;
    private final TlsConfig tls;
    private final SecurityIdentity identity;
    private final CurrentRequest request;
    private final Instance<ProofOfTargets> proofs;

    TargetResource(
            TargetStore store,
            TargetPatch patches,
            Credentials credentials,
            HostRules hosts,
            TlsConfig tls,
            SecurityIdentity identity,
            CurrentRequest request,
            Instance<ProofOfTargets> proofs) {
        this.store = store;
        this.patches = patches;
        this.credentials = credentials;
        this.hosts = hosts;
        this.tls = tls;
        this.identity = identity;
        this.request = request;
        this.proofs = proofs;
    }

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Needs(Permission.TARGETS_WRITE)
    @Operation(summary = "Register a database")
    @RequestBody(
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = TargetSpec.class),
                            examples = {
                                @ExampleObject(name = "by reference", value = """
                                                {"name": "orders-prod", "host": "orders-db.internal", "database": "orders", "username": "lockkeeper",
                                                 "credential": {"store": "env", "key": "ORDERS_PASSWORD"}, "labels": {"env": "prod"},
                                                 "protection": {"approvals": 1, "kinds": ["migration"]}, "limits": {"jobs": 2}}"""),
                                @ExampleObject(name = "by value", value = """
                                                {"name": "orders-dev", "host": "localhost", "database": "orders", "username": "app",
                                                 "credential": {"value": "app"}, "tls": {"mode": "disable"}, "labels": {"env": "dev"}}""")
                            }))
    @APIResponse(
            responseCode = "201",
            description = "Registered; the password is sealed, or looked up when it is needed",
            content = @Content(schema = @Schema(implementation = TargetView.class)))
    @APIResponse(responseCode = "409", description = "`target-exists`")
    @APIResponse(
            responseCode = "422",
            description = "`target-host-forbidden`, `tls-too-weak`, `seal-key-missing`, `secret-store-unknown`,"
                    + " `secret-store-disabled`, `secret-key-malformed`, `idempotency-key-reused`")
    public Uni<Response> create(TargetSpec spec) {
        Target fresh = new Target();
        fresh.describe(checked(spec), now());
        fresh.keep(credentials.keep(spec.name(), spec.credential()));
        Caller caller = Caller.of(identity);
        Audit audit =
                audit("target.create", spec.name()).with("host", spec.host()).with("database", spec.database());
        return store.create(fresh, caller, audit, request.idempotencyKey()).map(TargetResource::created);
    }

    @GET
    @Needs(Permission.TARGETS_READ)
    @Operation(summary = "List the registered databases, by name")
    @APIResponse(responseCode = "200", description = "One page")
    public Uni<Page<TargetView>> list(
            @QueryParam("label")
                    @Parameter(description = "`env=prod` or `env!=prod`; several must all hold", example = "env=prod")
                    List<String> label,
            @QueryParam("limit") Limit limit,
            @QueryParam("cursor") String cursor) {
        List<LabelSelector> selectors =
                label.stream().map(TargetResource::selector).toList();
        Limit most = Limit.of(limit);
        String after = Cursor.position(cursor, selectors).orElse("");
        return store.list(after, most.plusOne(), selectors)
                .map(rows ->
                        Page.of(rows, most, target -> target.name, selectors).map(TargetView::of));
    }

    @GET
    @Path("/{name}")
    @Needs(Permission.TARGETS_READ)
    @Operation(summary = "Show a registered database")
    @APIResponse(
            responseCode = "200",
            description = "With its ETag",
            content = @Content(schema = @Schema(implementation = TargetView.class)))
    public Uni<Response> get(@PathParam("name") String name, @Context HttpHeaders headers) {
        return store.get(name).flatMap(target -> lastProof(name).map(proof -> answer(target, proof, headers)));
    }

    /// A new proof changes no tag, so where there is one the whole answer goes out: tags are for those who change the
    /// target, to whom its proofs are all the same.
    private static Response answer(Target target, Optional<LastProof> proof, HttpHeaders headers) {
        TargetView view = TargetView.of(target);
        return proof.map(proven ->
                        Response.ok(view.proven(proven)).tag(tag(target)).build())
                .orElseGet(() -> ETags.answer(headers, tag(target), view));
    }

    private Uni<Optional<LastProof>> lastProof(String name) {
        return proofs.isUnsatisfied()
                ? Uni.createFrom().item(Optional.empty())
                : UniHelper.toUni(proofs.get().of(name));
    }

    @PATCH
    @Path("/{name}")
    @Consumes({MergePatch.MEDIA_TYPE, MediaType.APPLICATION_JSON})
    @Needs(Permission.TARGETS_WRITE)
    @Operation(
            summary = "Change a registered database",
            description =
                    "A JSON merge patch (RFC 7396). The name cannot be changed. A credential that is given as a value"
                            + " takes the place of a reference, and the other way round.")
    @RequestBody(
            content =
                    @Content(
                            mediaType = MergePatch.MEDIA_TYPE,
                            schema = @Schema(type = SchemaType.OBJECT),
                            examples =
                                    @ExampleObject(
                                            name = "another password, one label less",
                                            value =
                                                    "{\"credential\": {\"value\": \"new\"}, \"labels\": {\"team\": null}}")))
    @Parameter(name = "If-Match", in = ParameterIn.HEADER, required = true)
    @APIResponse(
            responseCode = "200",
            description = "As it is now",
            content = @Content(schema = @Schema(implementation = TargetView.class)))
    @APIResponse(responseCode = "412", description = "`precondition-failed`: it was changed meanwhile")
    @APIResponse(responseCode = "428", description = "`precondition-required`: without If-Match")
    public Uni<Response> change(@PathParam("name") String name, @Context HttpHeaders headers, byte[] body) {
        JsonNode patch = patches.read(body);
        return store.change(
                        name,
                        audit("target.change", name).with("fields", fields(patch)),
                        target -> changed(target, headers, patch))
                .map(target ->
                        Response.ok(TargetView.of(target)).tag(tag(target)).build());
    }

    @DELETE
    @Path("/{name}")
    @Needs(Permission.TARGETS_WRITE)
    @Operation(summary = "Forget a registered database", description = "The history of its jobs stays.")
    @Parameter(name = "If-Match", in = ParameterIn.HEADER, required = true)
    @APIResponse(responseCode = "204", description = "Forgotten")
    @APIResponse(responseCode = "409", description = "`target-in-use`: it has unfinished jobs")
    public Uni<Response> delete(@PathParam("name") String name, @Context HttpHeaders headers) {
        return store.delete(name, audit("target.delete", name), target -> demand(headers, target))
                .replaceWith(Response.noContent().build());
    }

    private Target changed(Target target, HttpHeaders headers, JsonNode patch) {
        demand(headers, target);
        TargetPatch.Change change = patches.apply(patch, target);
        target.describe(checked(change.spec()), now());
        if (change.changesCredential()) {
            target.keep(credentials.keep(target.name, change.spec().credential()));
        }
        return target;
    }

    /// What no field tells alone, and the operator decides.
    private TargetSpec checked(TargetSpec spec) {
        hosts.checkWritten(spec.host());
        if (spec.tls().mode().weakerThan(TlsMode.VERIFY_FULL)
                && tls.strictSelector().matches(spec.labels())) {
            throw new Refused(Problem.unprocessable(
                    "tls-too-weak",
                    "Targets with the label " + tls.strictSelector() + " need the TLS mode verify-full."));
        }
        return spec;
    }

    /// The audit trail tells which fields a patch named, not what it put into them.
    private static List<String> fields(JsonNode patch) {
        return patch.properties().stream().map(Map.Entry::getKey).sorted().toList();
    }

    private Audit audit(String action, String name) {
        return Audit.entry(Caller.of(identity), action, "target/" + name).about(name);
    }

    private static Response created(TargetStore.Made made) {
        Response.ResponseBuilder answer = made.replayed()
                ? Response.ok().header(IdempotencyKey.REPLAYED, "true")
                : Response.created(URI.create(TargetView.self(made.target().name)));
        return answer.tag(tag(made.target()))
                .entity(TargetView.of(made.target()))
                .build();
    }

    private static Target demand(HttpHeaders headers, Target target) {
        ETags.demandMatch(headers, tag(target));
        return target;
    }

    private static LabelSelector selector(String text) {
        try {
            return LabelSelector.parse(text);
        } catch (IllegalArgumentException malformed) {
            throw new Refused(Problem.badParameter("label", malformed.getMessage()));
        }
    }

    private static EntityTag tag(Target target) {
        return ETags.of(target.id, target.version);
    }

    private static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MICROS);
    }
}
