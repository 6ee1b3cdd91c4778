package io.lockkeeper.timeout;

import io.lockkeeper.http.Problem;
import io.lockkeeper.job.JobContext;
import io.lockkeeper.job.JobKind;
import io.lockkeeper.job.Limits;
import io.lockkeeper.job.Limits.TargetUse;
import io.lockkeeper.job.Limits.WhenLost;
import io.lockkeeper.job.PermanentFailure;
import io.lockkeeper.postgres.PgSession;
import io.lockkeeper.target.TargetFacts;
import io.lockkeeper.target.Targets;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// Makes a timeout policy true on a target, in one transaction, and proves it.
@Singleton
public class TimeoutPolicyJob implements JobKind<TimeoutPolicySpec, TimeoutPolicyResult> {
    static final String NAME = "timeout-policy";
    static final Duration CALL_BOUND = Duration.ofSeconds(30);

    // A run that was interrupted left all of the transaction or nothing; the next one finds out which.
    static final Limits LIMITS =
            new Limits(TargetUse.CHANGES, 4, Duration.ofSeconds(1), Duration.ofMinutes(5), WhenLost.RESUME);
    private static final String NOW = "SELECT clock_timestamp() AS now";

    private final Targets targets;
    private final PolicyStore policies;
    private final Witnesses witnesses;

    TimeoutPolicyJob(Targets targets, PolicyStore policies, Witnesses witnesses) {
        this.targets = targets;
        this.witnesses = witnesses;
        this.policies = policies;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String describes() {
        return "Sets timeouts of databases and roles in one transaction, proves them, and keeps the way back";
    }

    @Override
    public Class<TimeoutPolicySpec> specType() {
        return TimeoutPolicySpec.class;
    }

    @Override
    public Limits limits() {
        return LIMITS;
    }

    @Override
    public TimeoutPolicyResult run(TimeoutPolicySpec spec, JobContext job) throws Exception {
        TargetFacts target = target(targets, job);
        PgSession session = job.connect().within(CALL_BOUND);
        Inspection look = job.step("inspect", () -> inspect(spec, session));
        PolicyTransaction transaction = PolicyTransaction.begin(session);
        Trial trial = job.step("try", () -> tried(look, transaction, target));
        if (!spec.applies()) {
            transaction.rollback();
            return new Proof(look, trial).planned();
        }
        trial.refuseFindings();
        Trial kept = job.step("commit", () -> commit(trial, transaction, target, job));
        job.step("server", () -> {
            ServerStep.run(kept.wants(), session);
            return "done";
        });
        Instant at = now(session);
        policies.applied(job.jobId(), at);
        return job.step("prove", () -> prove(new Proof(look, kept), target, at, job));
    }

    private TimeoutPolicyResult prove(Proof proof, TargetFacts target, Instant at, JobContext job)
            throws InterruptedException {
        Scene scene = Scene.read(job.connect().within(CALL_BOUND), at);
        List<Witnesses.Login> logins =
                witnesses.of(target.id(), proof.trial().places(), proof.look().cluster());
        List<Observation> observed = witnesses.observe(logins, proof.trial().wants(), scene);
        return proof.proved(scene, observed, logins);
    }

    static TargetFacts target(Targets targets, JobContext job) throws InterruptedException {
        return targets.find(job.target())
                .orElseThrow(() -> new PermanentFailure(Problem.notFound("target " + job.target())));
    }

    static Instant now(PgSession session) throws InterruptedException {
        return session.one(NOW).getOffsetDateTime("now").toInstant();
    }

    static Inspection inspect(TimeoutPolicySpec spec, PgSession session) throws InterruptedException {
        Set<String> ofServer = spec.rules().stream()
                .filter(rule -> rule.place().ofServer())
                .flatMap(rule -> rule.settings().keySet().stream())
                .collect(Collectors.toSet());
        Set<String> databases = spec.rules().stream()
                .map(TimeoutRule::database)
                .filter(Objects::nonNull)
                .collect(Collectors.toSet());
        return new Inspection(spec, ServerSettings.read(session), Cluster.read(session, ofServer, databases));
    }

    private static Trial tried(Inspection look, PolicyTransaction transaction, TargetFacts target)
            throws InterruptedException {
        Trial trial = Trial.of(look, transaction, target);
        trial.refuseFaults();
        return trial;
    }

    /// The way back is written down before the commit. If an earlier attempt at this job got through
    /// without living to tell, its way back counts: what we find now is its own work.
    private Trial commit(Trial trial, PolicyTransaction transaction, TargetFacts target, JobContext job)
            throws InterruptedException {
        Optional<StoredPolicy> earlier = policies.find(job.jobId()).filter(stored -> stored.explains(trial.before()));
        Trial kept = earlier.map(stored -> trial.from(stored.before())).orElse(trial);
        Set<Place> places = kept.places();
        policies.prepare(
                job.jobId(),
                target.id(),
                kept.wants(),
                kept.before().only(places),
                kept.after().only(places));
        transaction.commit();
        return kept;
    }
}
