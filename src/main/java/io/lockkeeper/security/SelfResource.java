package io.lockkeeper.security;

import io.quarkus.security.identity.SecurityIdentity;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.Arrays;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/// What callers may ask about themselves.
@Path("/api/v1")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Self")
class SelfResource {
    private final SecurityIdentity identity;

    SelfResource(SecurityIdentity identity) {
        this.identity = identity;
    }

    record Me(String subject, String via, List<Role> roles, List<Permission> permissions) {}

    record AccessReview(
            Permission verb,
            @Nullable String kind,
            @Schema(examples = "orders") @Nullable String target) {}

    @GET
    @Path("me")
    @Needs(Permission.SELF_READ)
    @Operation(summary = "Who am I", description = "The caller as the service sees them, and what they may do.")
    public Me me() {
        Caller caller = Caller.of(identity);
        return new Me(
                caller.subject(), caller.via(), caller.roles().stream().sorted().toList(), permissions(caller));
    }

    @POST
    @Path("access-reviews")
    @Consumes(MediaType.APPLICATION_JSON)
    @Needs(Permission.SELF_READ)
    @Operation(summary = "May I", description = "Whether the caller may do something, and why or why not.")
    @RequestBody(
            required = true,
            content =
                    @Content(
                            schema = @Schema(implementation = AccessReview.class),
                            examples =
                                    @ExampleObject(
                                            name = "May I start jobs on it",
                                            value = "{\"verb\": \"jobs-start\", \"target\": \"orders\"}")))
    public Decision review(AccessReview asked) {
        return Policy.decide(Caller.of(identity), asked.verb(), asked.target());
    }

    private static List<Permission> permissions(Caller caller) {
        return Arrays.stream(Permission.values())
                .filter(permission -> Policy.decide(caller, permission, null).allowed())
                .toList();
    }
}
