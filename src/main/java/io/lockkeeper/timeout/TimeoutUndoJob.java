package io.lockkeeper.timeout;

import io.lockkeeper.http.Fault;
import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.lockkeeper.job.JobContext;
import io.lockkeeper.job.JobKind;
import io.lockkeeper.job.Limits;
import io.lockkeeper.job.PermanentFailure;
import io.lockkeeper.postgres.PgFailure;
import io.lockkeeper.postgres.PgSession;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Sets back what a policy has changed, unless somebody else has changed it since.
@Singleton
public class TimeoutUndoJob implements JobKind<TimeoutUndoSpec, TimeoutUndoResult> {
    static final String NAME = "timeout-policy-undo";

    private final PolicyStore policies;

    TimeoutUndoJob(PolicyStore policies) {
        this.policies = policies;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String describes() {
        return "Sets timeouts back to exactly what a policy had found, unless they were changed since";
    }

    @Override
    public Class<TimeoutUndoSpec> specType() {
        return TimeoutUndoSpec.class;
    }

    @Override
    public String protectedAs() {
        return TimeoutPolicyJob.NAME;
    }

    @Override
    public Limits limits() {
        return TimeoutPolicyJob.LIMITS;
    }

    @Override
    public TimeoutUndoResult run(TimeoutUndoSpec spec, JobContext job) throws Exception {
        StoredPolicy policy = policy(spec, job);
        PgSession session = job.connect().within(TimeoutPolicyJob.CALL_BOUND);
        ServerSettings server = ServerSettings.read(session);
        List<Want> wants = policy.wantsBack();
        PolicyTransaction transaction = PolicyTransaction.begin(session);
        job.step("compare", () -> refuseDrift(policy, transaction.claim(policy.places(), server), job));
        job.step("restore", () -> restore(policy, wants, transaction, server));
        ServerStep.run(wants, session);
        Instant at = TimeoutPolicyJob.now(session);
        policies.undone(policy.id(), at, job.jobId());
        return new TimeoutUndoResult(policy.id(), at, restored(policy, wants));
    }

    private StoredPolicy policy(TimeoutUndoSpec spec, JobContext job) throws InterruptedException {
        StoredPolicy policy = policies.find(spec.policy())
                .filter(found -> found.target().equals(job.target()))
                .orElseThrow(() -> new PermanentFailure(
                        Problem.notFound("timeout policy " + spec.policy() + " that was applied to " + job.target())));
        try {
            refuseIfUndone(policy);
            return policy;
        } catch (Refused refused) {
            throw new PermanentFailure(refused.problem());
        }
    }

    static void refuseIfUndone(StoredPolicy policy) {
        if (policy.undoneAt() != null) {
            throw new Refused(Problem.conflict(
                    "policy-undone", "Policy " + policy.id() + " was undone at " + policy.undoneAt() + "."));
        }
    }

    /// Whoever was cut off around a commit did not live to tell: the policy's own job, or a first attempt
    /// at this one. What they may have left, all or nothing of it, is no drift.
    private static String refuseDrift(StoredPolicy policy, Image current, JobContext job) {
        boolean cutOff = job.attempt() > 1 || policy.appliedAt() == null;
        boolean nothingDone = policy.places().stream()
                .allMatch(place -> current.at(place).says(policy.before().at(place)));
        if (policy.appliedAt() == null && nothingDone) {
            throw new PermanentFailure(Problem.conflict(
                    "policy-not-applied",
                    "Policy " + policy.id() + " has left nothing on the target that could be undone."));
        }
        List<Fault> drift = cutOff && policy.explains(current) ? List.of() : drift(policy, current);
        if (!drift.isEmpty()) {
            throw new PermanentFailure(new Problem(
                    "timeouts-drifted",
                    "Changed since",
                    409,
                    "What the policy had left was changed since, so undoing it would destroy that change; nothing was done.",
                    null,
                    drift,
                    null,
                    null));
        }
        return "as the policy left it";
    }

    private static List<Fault> drift(StoredPolicy policy, Image current) {
        List<Fault> drift = new ArrayList<>();
        for (Place place : policy.places()) {
            Kept left = policy.after().at(place);
            Kept now = current.at(place);
            var names = new java.util.TreeSet<>(left.values().keySet());
            names.addAll(now.values().keySet());
            for (String name : names) {
                if (!java.util.Objects.equals(left.value(name), now.value(name))) {
                    drift.add(new Fault(
                            "/" + name,
                            place + ": " + name + " is " + told(now.value(name)) + "; when the policy was done it was "
                                    + told(left.value(name))));
                }
            }
        }
        return drift;
    }

    private static String told(String value) {
        return value == null ? "not set" : "'" + value + "'";
    }

    private static String restore(
            StoredPolicy policy, List<Want> wants, PolicyTransaction transaction, ServerSettings server)
            throws InterruptedException {
        List<Fault> refused = new ArrayList<>();
        for (Want want : wants) {
            if (!want.place().ofServer()) {
                Optional<PgFailure> refusal = transaction.attempt(want.sql());
                refusal.ifPresent(no -> refused.add(new Fault(want.pointer(), want.place() + ": " + no.getMessage())));
            }
        }
        if (!refused.isEmpty()) {
            throw Trial.refused(
                    "undo-refused", "The server refuses to set the timeouts back; nothing was done.", refused);
        }
        Trial.confirm(policy.before(), transaction.image(server), policy.places());
        transaction.commit();
        return "restored";
    }

    private static List<TimeoutUndoResult.Restored> restored(StoredPolicy policy, List<Want> wants) {
        return wants.stream()
                .map(want -> new TimeoutUndoResult.Restored(
                        want.place(),
                        want.name(),
                        policy.after().at(want.place()).value(want.name()),
                        want.value()))
                .toList();
    }
}
