package io.lockkeeper.migration;

import io.lockkeeper.http.Cursor;
import io.lockkeeper.http.Limit;
import io.lockkeeper.http.Page;
import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.lockkeeper.security.Audit;
import io.lockkeeper.security.Caller;
import io.lockkeeper.security.Needs;
import io.lockkeeper.security.Permission;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.common.annotation.Blocking;
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
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

@Path(BundleResource.PATH)
@Produces(MediaType.APPLICATION_JSON)
@Blocking
@Tag(name = "Migrations", description = "Anybody's SQL migrations, run without stalling the traffic")
public class BundleResource {
    static final String PATH = "/api/v1/migration-bundles";

    private final BundleStore bundles;
    private final BundleUpload upload;
    private final SecurityIdentity identity;

    BundleResource(BundleStore bundles, BundleUpload upload, SecurityIdentity identity) {
        this.bundles = bundles;
        this.upload = upload;
        this.identity = identity;
    }

    @POST
    @Consumes({MediaType.APPLICATION_JSON, BundleUpload.ZIP, BundleUpload.GZIP})
    @Needs(Permission.JOBS_START)
    @Operation(
            operationId = "uploadMigrationBundle",
            summary = "Keep the files of migrations, as they are, under their digest",
            description =
                    "A zip, a gzipped tar, or JSON. A bundle is immutable and named by the sha256 of its paths and"
                            + " contents, so that the very bytes that were tested in one place run in another; to send it again is"
                            + " harmless. At most 16 MiB as an archive, 1 MiB as JSON, 64 MiB unpacked, 10000 files. Whatever is no"
                            + " plain file below the bundle's root is refused.")
    @RequestBody(
            required = true,
            content = {
                @Content(
                        mediaType = MediaType.APPLICATION_JSON,
                        schema = @Schema(implementation = BundleSpec.class),
                        examples = @ExampleObject(name = "One migration", value = """
                                        {"files": [{"path": "V1__orders.sql",
                                         "content": "CREATE TABLE orders (id bigint PRIMARY KEY);"}]}""")),
                @Content(mediaType = BundleUpload.ZIP, schema = @Schema(type = SchemaType.STRING, format = "binary")),
                @Content(mediaType = BundleUpload.GZIP, schema = @Schema(type = SchemaType.STRING, format = "binary"))
            })
    @APIResponse(
            responseCode = "201",
            description = "It is kept now",
            content = @Content(schema = @Schema(implementation = BundleView.class)))
    @APIResponse(
            responseCode = "200",
            description = "It was there already",
            content = @Content(schema = @Schema(implementation = BundleView.class)))
    @APIResponse(responseCode = "413", description = "`too-large`, `bundle-too-large`")
    @APIResponse(responseCode = "422", description = "`bundle-refused`, with the entry that cannot be taken")
    public Response upload(InputStream body, @Context HttpHeaders headers) throws IOException, InterruptedException {
        MediaType type = headers.getMediaType();
        Bundle bundle = upload.read(type.getType() + "/" + type.getSubtype(), body);
        Audit audit = Audit.entry(Caller.of(identity), "migration-bundle.create", "migration-bundle/" + bundle.sha256())
                .with("files", bundle.files().size())
                .with("bytes", bundle.bytes());
        boolean made = bundles.keep(bundle, audit);
        return Response.status(made ? Response.Status.CREATED : Response.Status.OK)
                .location(URI.create(PATH + "/" + bundle.sha256()))
                .entity(get(bundle.sha256()))
                .build();
    }

    @GET
    @Needs(Permission.JOBS_READ)
    @Operation(operationId = "listMigrationBundles", summary = "Bundles, newest first")
    public Page<BundleView> list(@QueryParam("limit") Limit limit, @QueryParam("cursor") String cursor)
            throws InterruptedException {
        Limit most = Limit.of(limit);
        long before = Cursor.number(cursor, Long.MAX_VALUE);
        return Page.of(bundles.page(before, most.plusOne()), most, BundleStore.Kept::id)
                .map(BundleStore.Kept::view);
    }

    @GET
    @Path("/{sha256}")
    @Needs(Permission.JOBS_READ)
    @Operation(operationId = "getMigrationBundle", summary = "One bundle")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = BundleView.class)))
    @APIResponse(responseCode = "404", description = "There is no such bundle")
    public BundleView get(@PathParam("sha256") String sha256) throws InterruptedException {
        return bundles.view(sha256).orElseThrow(() -> new Refused(Problem.notFound("bundle " + sha256)));
    }

    @GET
    @Path("/{sha256}/files")
    @Needs(Permission.JOBS_READ)
    @Operation(operationId = "listMigrationBundleFiles", summary = "The files of a bundle, in the order of their paths")
    @APIResponse(responseCode = "404", description = "There is no such bundle")
    public List<BundleFileView> files(@PathParam("sha256") String sha256) throws InterruptedException {
        get(sha256);
        return bundles.files(sha256);
    }

    @GET
    @Path("/{sha256}/content")
    @Produces(MediaType.TEXT_PLAIN)
    @Needs(Permission.JOBS_START)
    @Operation(
            operationId = "getMigrationBundleFile",
            summary = "One file of a bundle, byte by byte",
            description = "For operators: SQL may hold what not everybody may read.")
    @APIResponse(
            responseCode = "200",
            content = @Content(mediaType = MediaType.TEXT_PLAIN, schema = @Schema(type = SchemaType.STRING)))
    @APIResponse(responseCode = "404", description = "There is no such bundle, or no such file in it")
    public byte[] content(@PathParam("sha256") String sha256, @QueryParam("path") String path)
            throws InterruptedException {
        if (path == null) {
            throw new Refused(Problem.badParameter("path", "is needed"));
        }
        return bundles.content(sha256, path)
                .orElseThrow(() -> new Refused(Problem.notFound("file " + BundleDraft.shown(path) + " there")));
    }
}
