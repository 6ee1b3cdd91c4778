package io.lockkeeper.security;

import io.lockkeeper.http.Cursor;
import io.lockkeeper.http.IdempotencyKey;
import io.lockkeeper.http.Limit;
import io.lockkeeper.http.Page;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.headers.Header;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

@Path("/api/v1/tokens")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Tokens")
class TokenResource {
    private final Tokens tokens;
    private final TokenStore store;
    private final SecurityIdentity identity;

    TokenResource(Tokens tokens, TokenStore store, SecurityIdentity identity) {
        this.tokens = tokens;
        this.store = store;
        this.identity = identity;
    }

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Needs(Permission.TOKENS_MANAGE)
    @Operation(summary = "Create a token", description = "Its secret is in this answer and nowhere else, ever again.")
    @RequestBody(
            required = true,
            content =
                    @Content(
                            schema = @Schema(implementation = NewToken.class),
                            examples =
                                    @ExampleObject(
                                            name = "For a machine that starts jobs",
                                            value = "{\"name\": \"release-bot\", \"roles\": [\"operator\"]}")))
    @Parameter(name = IdempotencyKey.HEADER, in = ParameterIn.HEADER, schema = @Schema(implementation = String.class))
    @APIResponse(
            responseCode = "201",
            description = "Created",
            headers = @Header(name = "Location", schema = @Schema(implementation = String.class)),
            content = @Content(schema = @Schema(implementation = TokenView.class)))
    @APIResponse(
            responseCode = "200",
            description = "Created before by the same request; without its secret",
            content = @Content(schema = @Schema(implementation = TokenView.class)))
    public Uni<Response> create(NewToken wanted) {
        return tokens.create(wanted, Caller.of(identity)).map(TokenResource::answer);
    }

    @GET
    @Needs(Permission.TOKENS_MANAGE)
    @Operation(summary = "List the tokens that were not revoked", description = "Newest first, without their secrets.")
    public Uni<Page<TokenView>> list(@QueryParam("limit") Limit limit, @QueryParam("cursor") String cursor) {
        Limit most = Limit.of(limit);
        return store.page(Cursor.number(cursor, Long.MAX_VALUE), most)
                .map(rows -> Page.of(rows, most, token -> token.id).map(TokenView::of));
    }

    @GET
    @Path("{id}")
    @Needs(Permission.TOKENS_MANAGE)
    @Operation(summary = "Read a token", description = "Without its secret.")
    public Uni<TokenView> read(@PathParam("id") long id) {
        return store.find(id).map(found -> TokenView.of(Tokens.living(found, id)));
    }

    @DELETE
    @Path("{id}")
    @Needs(Permission.TOKENS_MANAGE)
    @Operation(summary = "Revoke a token", description = "On other instances it may still work for a few seconds.")
    @APIResponse(responseCode = "204", description = "Revoked")
    public Uni<Void> revoke(@PathParam("id") long id) {
        return tokens.revoke(id, Caller.of(identity));
    }

    private static Response answer(Tokens.Made made) {
        if (made.replayed()) {
            return Response.ok(made.token())
                    .header(IdempotencyKey.REPLAYED, true)
                    .build();
        }
        return Response.created(URI.create("/api/v1/tokens/" + made.token().id()))
                .entity(made.token())
                .build();
    }
}
