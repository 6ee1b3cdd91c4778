package io.lockkeeper.repository;

import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.lockkeeper.security.Audit;
import io.lockkeeper.security.Caller;
import io.lockkeeper.security.Needs;
import io.lockkeeper.security.Permission;
import io.lockkeeper.target.TargetFacts;
import io.lockkeeper.target.Targets;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

@Path("/api/v1/targets/{name}/backup-repositories")
@Produces(MediaType.APPLICATION_JSON)
@Blocking
@Tag(name = "Backup repositories", description = "Backups that pgBackRest or Barman keep, listed among ours")
public class RepositoryResource {
    private final Targets targets;
    private final Repositories repositories;
    private final RepositoryStore registered;
    private final RepositoryUpkeep upkeep;
    private final SecurityIdentity identity;

    RepositoryResource(
            Targets targets,
            Repositories repositories,
            RepositoryStore registered,
            RepositoryUpkeep upkeep,
            SecurityIdentity identity) {
        this.targets = targets;
        this.repositories = repositories;
        this.registered = registered;
        this.upkeep = upkeep;
        this.identity = identity;
    }

    @PUT
    @Path("/{repository}")
    @Needs(Permission.TARGETS_WRITE)
    @Operation(
            operationId = "registerBackupRepository",
            summary = "Say that a repository of pgBackRest or Barman holds backups of this target",
            description =
                    "Which repositories there are is the operator's to configure (lockkeeper.backup-repositories); the"
                            + " path names one of them. A job of kind `backup-repository-look` lists its backups now and every"
                            + " hour: they appear in GET /backups with an `origin`, for as long as they are there. Where the"
                            + " tool tells which cluster they are of, it must be the target's. Nothing of it is ever deleted"
                            + " by Lockkeeper. Said once more, it is looked at once more.")
    @APIResponse(
            responseCode = "202",
            description = "Registered; it is looked at in a moment",
            content = @Content(schema = @Schema(implementation = RepositoryView.class)))
    @APIResponse(
            responseCode = "200",
            description = "It was before; it is looked at in a moment",
            content = @Content(schema = @Schema(implementation = RepositoryView.class)))
    @APIResponse(responseCode = "404", description = "There is no such target")
    @APIResponse(responseCode = "422", description = "`unknown-repository`")
    public Response register(@PathParam("name") String name, @PathParam("repository") String repository)
            throws InterruptedException {
        TargetFacts target = target(name);
        Tool tool = repositories.named(repository, name).tool();
        boolean made =
                registered.register(target, repository, tool, audit("backup-repository.register", name, repository));
        upkeep.wake();
        return Response.status(made ? Response.Status.ACCEPTED : Response.Status.OK)
                .entity(get(name, repository))
                .build();
    }

    @GET
    @Needs(Permission.TARGETS_READ)
    @Operation(operationId = "listBackupRepositories", summary = "Which repositories of other tools hold its backups")
    @APIResponse(responseCode = "200")
    @APIResponse(responseCode = "404", description = "There is no such target")
    public List<RepositoryView> list(@PathParam("name") String name) throws InterruptedException {
        target(name);
        return registered.ofTarget(name, null).stream()
                .map(RepositoryStore.Registered::view)
                .toList();
    }

    @GET
    @Path("/{repository}")
    @Needs(Permission.TARGETS_READ)
    @Operation(operationId = "getBackupRepository", summary = "When it was last looked at, and what was the matter")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = RepositoryView.class)))
    @APIResponse(responseCode = "404", description = "There is no such target, or it was not registered for it")
    public RepositoryView get(@PathParam("name") String name, @PathParam("repository") String repository)
            throws InterruptedException {
        return registered
                .find(name, repository)
                .orElseThrow(() -> notFound(name, repository))
                .view();
    }

    @DELETE
    @Path("/{repository}")
    @Needs(Permission.TARGETS_WRITE)
    @Operation(
            operationId = "forgetBackupRepository",
            summary = "List its backups no more",
            description = "What is in the repository stays as it is.")
    @APIResponse(responseCode = "204", description = "Forgotten, with its backups")
    @APIResponse(responseCode = "404", description = "There is no such target, or it was not registered for it")
    @APIResponse(responseCode = "409", description = "`backup-being-read`")
    public void forget(@PathParam("name") String name, @PathParam("repository") String repository)
            throws InterruptedException {
        if (!registered.remove(name, repository, audit("backup-repository.forget", name, repository))) {
            throw notFound(name, repository);
        }
    }

    private TargetFacts target(String name) throws InterruptedException {
        return targets.find(name).orElseThrow(() -> new Refused(Problem.notFound("target " + name)));
    }

    private Audit audit(String action, String target, String repository) {
        return Audit.entry(Caller.of(identity), action, "target/" + target)
                .about(target)
                .with("repository", repository);
    }

    private static Refused notFound(String target, String repository) {
        return new Refused(Problem.notFound("repository " + repository + " registered for target " + target));
    }
}
