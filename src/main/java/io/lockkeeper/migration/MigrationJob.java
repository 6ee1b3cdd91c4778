package io.lockkeeper.migration;

import io.lockkeeper.http.Fault;
import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.lockkeeper.job.JobContext;
import io.lockkeeper.job.JobKind;
import io.lockkeeper.job.Limits;
import io.lockkeeper.job.Limits.TargetUse;
import io.lockkeeper.job.Limits.WhenLost;
import io.lockkeeper.job.PermanentFailure;
import io.lockkeeper.postgres.PgSession;
import io.lockkeeper.security.Audit;
import io.lockkeeper.sql.Grammar;
import io.lockkeeper.target.TargetFacts;
import io.lockkeeper.target.Targets;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// Plans and runs the migrations of a bundle, whoever's tool they were written for.
@Singleton
public class MigrationJob implements JobKind<MigrationSpec, MigrationResult> {
    static final String NAME = "migration";

    // What an interrupted run has left, the journal and the target know; the next attempt goes on from there.
    static final Limits LIMITS =
            new Limits(TargetUse.CHANGES, 4, Duration.ofSeconds(2), Duration.ofHours(24), WhenLost.RESUME);
    private static final Duration CALL_BOUND = Duration.ofSeconds(30);

    private final Targets targets;
    private final BundleStore bundles;
    private final JournalStore journals;
    private final Grammar grammar;
    private final Rehearser rehearser;
    private final RehearsalDemand demand;

    MigrationJob(
            Targets targets,
            BundleStore bundles,
            JournalStore journals,
            Grammar grammar,
            Rehearser rehearser,
            RehearsalDemand demand) {
        this.grammar = grammar;
        this.rehearser = rehearser;
        this.demand = demand;
        this.targets = targets;
        this.bundles = bundles;
        this.journals = journals;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String describes() {
        return "Runs SQL migrations of any tool, statement by statement, and goes on where it was interrupted";
    }

    @Override
    public Class<MigrationSpec> specType() {
        return MigrationSpec.class;
    }

    @Override
    public Limits limits() {
        return LIMITS;
    }

    @Override
    public TargetUse targetUse(MigrationSpec spec) {
        return spec.rehearses() ? TargetUse.NAMED : LIMITS.target();
    }

    @Override
    public Uni<Void> admit(MigrationSpec spec, TargetFacts target) {
        return switch (spec.mode()) {
            case PLAN -> Uni.createFrom().voidItem();
            case APPLY -> demand.admit(spec, target);
            case REHEARSE -> rehearser.admit(spec, target);
        };
    }

    @Override
    public MigrationResult run(MigrationSpec spec, JobContext job) throws Exception {
        TargetFacts target = targets.find(job.target())
                .orElseThrow(() -> new PermanentFailure(Problem.notFound("target " + job.target())));
        if (spec.rehearses()) {
            return rehearser.rehearse(spec, target, job.step("read", () -> bundle(spec, target, job)), job);
        }
        PgSession session = job.connect().within(CALL_BOUND);
        Work work = job.step("read", () -> {
            try (PgSession other = job.connect()) {
                Poolers.refuse(session, other);
            }
            Bundle bundle = bundle(spec, target, job);
            demandRehearsal(spec, target, bundle);
            return Work.of(bundle, spec.format(), spec.settings(), session, grammar);
        });
        MigrationRun run = new MigrationRun(work, spec, target, journals);
        if (!spec.applies()) {
            return job.step("plan", () -> work.result(run.plan(session), false));
        }
        return run.apply(job, session);
    }

    private void demandRehearsal(MigrationSpec spec, TargetFacts target, Bundle bundle) throws InterruptedException {
        try {
            if (spec.applies()) {
                demand.demandAgain(spec, target, bundle.sha256());
            }
        } catch (Refused missing) {
            throw new PermanentFailure(missing.problem());
        }
    }

    private Bundle bundle(MigrationSpec spec, TargetFacts target, JobContext job) throws InterruptedException {
        if (spec.files() != null) {
            return kept(BundleSpec.bundleOf(spec.files()), job);
        }
        String sha256 = spec.bundle() != null
                ? spec.bundle()
                : journals.lastBundle(target.id())
                        .orElseThrow(() -> new PermanentFailure(Problem.unprocessable(
                                "no-bundle",
                                "No bundle has run on target " + target.name() + " yet; name one, or send files.")));
        return bundles.find(sha256)
                .orElseThrow(() -> new PermanentFailure(
                        Problem.unprocessable("unknown-bundle", "There is no bundle " + sha256 + ".")));
    }

    private Bundle kept(Bundle bundle, JobContext job) throws InterruptedException {
        bundles.keep(
                bundle,
                new Audit(
                        "lockkeeper",
                        "job",
                        null,
                        "migration-bundle.create",
                        null,
                        "migration-bundle/" + bundle.sha256(),
                        Map.of("job", job.jobId())));
        return bundle;
    }

    /// All that people have to decide first, in one answer.
    static void refuseUndecided(Plan plan) {
        refuseWithoutWayBack(plan);
        List<Plan.Finding> undecided = plan.undecided();
        if (!undecided.isEmpty()) {
            String rules = String.join(
                    ", ",
                    undecided.stream()
                            .map(finding -> io.lockkeeper.http.Words.of(finding.rule()))
                            .distinct()
                            .toList());
            throw new PermanentFailure(new Problem(
                    "decision-needed",
                    "A decision is needed",
                    409,
                    "Nothing was changed: " + rules + " has to be decided about first, with allow and a reason; each is"
                            + " listed under errors.",
                    null,
                    errors(undecided),
                    null,
                    null));
        }
    }

    private static void refuseWithoutWayBack(Plan plan) {
        List<Plan.Finding> stuck = plan.undecided().stream()
                .filter(finding -> finding.rule() == Rule.NO_WAY_BACK)
                .toList();
        if (!stuck.isEmpty()) {
            throw new PermanentFailure(new Problem(
                    "no-way-back",
                    "No way back",
                    422,
                    "Nothing was changed: the target's protection demands a way back, and there is none for "
                            + stuck.size() + " of the migrations that would run; each is listed under errors.",
                    null,
                    errors(stuck),
                    null,
                    null));
        }
    }

    private static List<Fault> errors(List<Plan.Finding> findings) {
        return findings.stream()
                .limit(100)
                .map(finding -> new Fault(finding.migration(), finding.detail()))
                .toList();
    }

    static Refused held(String table) {
        return new Refused(Problem.conflict(
                "tool-lock-held",
                "Somebody else holds the lock of " + table + ": its own tool is running migrations at this moment."));
    }
}
