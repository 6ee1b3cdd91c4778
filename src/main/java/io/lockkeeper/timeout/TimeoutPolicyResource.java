package io.lockkeeper.timeout;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.lockkeeper.job.JobId;
import io.lockkeeper.job.JobStarts;
import io.lockkeeper.job.JobState;
import io.lockkeeper.job.JobView;
import io.lockkeeper.job.Jobs;
import io.lockkeeper.job.StartsAJob;
import io.lockkeeper.security.Needs;
import io.lockkeeper.security.Permission;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
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

@Path(TimeoutPolicyResource.PATH)
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Tag(name = "Timeouts", description = "Guard rails of databases and roles: declared, applied, proved, watched, undone")
public class TimeoutPolicyResource {
    static final String PATH = "/api/v1/timeout-policies";

    private final JobStarts starts;
    private final Jobs jobs;
    private final PolicyStore policies;

    TimeoutPolicyResource(JobStarts starts, Jobs jobs, PolicyStore policies) {
        this.starts = starts;
        this.jobs = jobs;
        this.policies = policies;
    }

    @POST
    @Needs(Permission.JOBS_START)
    @StartsAJob(target = StartsAJob.TargetFrom.BODY_OR_LABELS)
    @Operation(
            operationId = "startTimeoutPolicy",
            summary = "Plan or apply a timeout policy",
            description = "A job. All settings are tried in one transaction on the target; a plan takes it back, apply"
                    + " commits it and proves the effective values. `targets`, a list of conditions on labels, instead"
                    + " of `target` starts one job for each target that meets all of them, answered as a list.")
    @RequestBody(
            content =
                    @Content(
                            schema = @Schema(implementation = TimeoutPolicySpec.class),
                            examples = {
                                @ExampleObject(name = "Plan for one database", value = """
                                        {"target": "demo", "mode": "plan", "rules": [{"scope": "database", "database": "demo",
                                         "settings": {"statement_timeout": "30s", "lock_timeout": "2s",
                                                      "idle_in_transaction_session_timeout": "1m"}}]}"""),
                                @ExampleObject(name = "Apply to a role", value = """
                                        {"target": "demo", "mode": "apply", "rules": [{"scope": "role", "role": "app",
                                         "settings": {"statement_timeout": "10s"}}], "retireUnlisted": true}"""),
                                @ExampleObject(name = "Allow a finding", value = """
                                        {"target": "demo", "mode": "apply", "rules": [{"scope": "roleInDatabase", "role": "app",
                                         "database": "demo", "settings": {"idle_session_timeout": "10m"}}],
                                         "allow": [{"rule": "idle-session-timeout-behind-a-pooler",
                                                    "reason": "its pool renews connections after 5 minutes"}]}"""),
                                @ExampleObject(name = "The whole fleet", value = """
                                        {"targets": ["env=prod"], "mode": "plan", "rules": [{"scope": "role", "role": "app",
                                         "settings": {"idle_in_transaction_session_timeout": "1m"}}]}""")
                            }))
    public Uni<Response> start(byte[] body, @Context HttpHeaders headers) {
        return starts.each(PATH, TimeoutPolicyJob.NAME, body, headers);
    }

    @POST
    @Path("/{id}/undo")
    @Needs(Permission.JOBS_START)
    @StartsAJob(target = StartsAJob.TargetFrom.PATH)
    @Operation(
            operationId = "undoTimeoutPolicy",
            summary = "Set back what a policy has changed",
            description =
                    "A job: exactly what the policy found. What our own records say against it is refused at once."
                            + " Whether somebody else has changed the places since, only the target knows: then the job fails"
                            + " with the problem `timeouts-drifted` (409 in its `error`, which a caller with Prefer: wait gets"
                            + " in the answer), names each setting, and has changed nothing.")
    @RequestBody(
            content =
                    @Content(
                            examples =
                                    @ExampleObject(
                                            name = "With a label",
                                            value = "{\"labels\": {\"ticket\": \"OPS-17\"}}")))
    @APIResponse(responseCode = "404", description = "There is no such policy")
    @APIResponse(
            responseCode = "409",
            description = "`policy-undone`, `policy-not-applied` (only planned, failed, or not yet at its end)")
    public Uni<Response> undo(@PathParam("id") JobId id, byte[] body, @Context HttpHeaders headers) {
        String path = PATH + "/" + id.value() + "/undo";
        return starts.againOr(path, body, headers, () -> undo(id.value(), path, body, headers));
    }

    private Uni<Response> undo(long id, String path, byte[] body, HttpHeaders headers) {
        return policies.lookup(id)
                .flatMap(found -> found.map(policy -> Uni.createFrom().item(policy))
                        .orElseGet(() -> jobs.get(id).map(TimeoutPolicyResource::whyNothingToUndo)))
                .invoke(TimeoutUndoJob::refuseIfUndone)
                .flatMap(policy -> starts.one(
                        path,
                        TimeoutUndoJob.NAME,
                        Map.of(
                                "target", JsonNodeFactory.instance.textNode(policy.target()),
                                "policy", JsonNodeFactory.instance.numberNode(policy.id())),
                        body,
                        headers));
    }

    /// A policy that nothing is known of but its job has not come as far as its commit.
    private static StoredPolicy whyNothingToUndo(JobView job) {
        if (!job.kind().equals(TimeoutPolicyJob.NAME)) {
            throw new Refused(Problem.notFound("timeout policy " + job.id()));
        }
        String why = job.done()
                ? job.state() == JobState.SUCCEEDED ? "It was only planned." : "Its job is " + job.state() + "."
                : "Its job is still " + job.state() + "; cancel it, or undo it when it has ended.";
        throw new Refused(Problem.conflict(
                "policy-not-applied", "Policy " + job.id() + " has changed nothing that could be undone. " + why));
    }
}
