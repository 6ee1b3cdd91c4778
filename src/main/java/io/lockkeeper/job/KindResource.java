package io.lockkeeper.job;

import io.lockkeeper.http.Durations;
import io.lockkeeper.http.Page;
import io.lockkeeper.security.Needs;
import io.lockkeeper.security.Permission;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.Locale;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

@Path("/api/v1/kinds")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Jobs")
public class KindResource {
    private final Kinds kinds;

    KindResource(Kinds kinds) {
        this.kinds = kinds;
    }

    /// @param protectedAs the kind whose protection on a target covers this one too; its own name: no other
    /// @param schema the JSON schema of a request for a job of this kind
    public record KindView(
            String name,
            String description,
            String target,
            int maxAttempts,
            String maxDuration,
            String whenLost,
            String protectedAs,
            Json schema) {}

    @GET
    @Needs(Permission.JOBS_READ)
    @Operation(operationId = "listKinds", summary = "The kinds of jobs, with the JSON schema of a request for each")
    public Page<KindView> list() {
        return new Page<>(kinds.all().stream().map(KindResource::view).toList(), null);
    }

    private static KindView view(JobKind<?, ?> kind) {
        Limits limits = kind.limits();
        return new KindView(
                kind.name(),
                kind.describes(),
                word(limits.target()),
                limits.maxAttempts(),
                Durations.format(limits.maxDuration()),
                word(limits.whenLost()),
                kind.protectedAs(),
                new Json(KindSchema.of(kind).toString()));
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
