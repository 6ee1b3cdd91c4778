package io.lockkeeper.http;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.lockkeeper.security.Needs;
import io.lockkeeper.security.Permission;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.ConnectException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jspecify.annotations.Nullable;

/// A resource that is there for the tests of the edge only.
@Path("/api/v1/edge")
@Produces(MediaType.APPLICATION_JSON)
public class EdgeResource {
    private final CurrentRequest request;

    EdgeResource(CurrentRequest request) {
        this.request = request;
    }

    record Answer(
            @Nullable String absent, Duration took, Instant at, Specimen.Mode mode, Word word, List<String> nothing) {}

    enum Word {
        @JsonProperty("lower-case")
        LOWER_CASE
    }

    @GET
    @Path("answer")
    @Needs(Permission.SELF_READ)
    @Operation(hidden = true)
    public Answer answer() {
        return new Answer(
                null,
                Duration.ofSeconds(90),
                Instant.parse("2026-01-31T12:00:00.5Z"),
                Specimen.Mode.PLAIN,
                Word.LOWER_CASE,
                List.of());
    }

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Needs(Permission.SELF_READ)
    @Operation(hidden = true)
    public Uni<Map<String, String>> take(Specimen body) {
        return Uni.createFrom()
                .item(Map.of(
                        "name", body.name(),
                        "key",
                                request.idempotencyKey()
                                        .map(IdempotencyKey::digest)
                                        .orElse(""),
                        "wait", request.preference().applied(),
                        "id", request.id()));
    }

    @GET
    @Path("versions/{version}")
    @Needs(Permission.SELF_READ)
    @Operation(hidden = true)
    public Response version(@PathParam("version") long version, @Context HttpHeaders headers) {
        return ETags.answer(headers, ETags.of(17, version), Map.of("version", version));
    }

    @PUT
    @Path("versions/{version}")
    @Needs(Permission.SELF_READ)
    @Operation(hidden = true)
    public void change(@PathParam("version") long version, @Context HttpHeaders headers) {
        ETags.demandMatch(headers, ETags.of(17, version));
    }

    @GET
    @Path("page")
    @Needs(Permission.SELF_READ)
    @Operation(hidden = true)
    public int page(@QueryParam("limit") Limit limit, @QueryParam("after") Long after) {
        return Limit.of(limit).value();
    }

    @GET
    @Path("bug")
    @Needs(Permission.SELF_READ)
    @Operation(hidden = true)
    public String bug() {
        throw new IllegalStateException("password=hunter2");
    }

    @GET
    @Path("outage")
    @Needs(Permission.SELF_READ)
    @Operation(hidden = true)
    public Uni<String> outage() {
        return Uni.createFrom().failure(new RuntimeException(new ConnectException("10.0.0.1:5432")));
    }

    @GET
    @Path("forgotten")
    @Operation(hidden = true)
    public String forgotten() {
        return "nobody may read this";
    }
}
