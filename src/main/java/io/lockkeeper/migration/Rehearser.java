package io.lockkeeper.migration;

import io.lockkeeper.job.JobContext;
import io.lockkeeper.migration.RehearsalStore.Rehearsed;
import io.lockkeeper.restore.RestoredCopies;
import io.lockkeeper.restore.RestoredCopy;
import io.lockkeeper.sql.Grammar;
import io.lockkeeper.target.TargetFacts;
import io.lockkeeper.target.Targets;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;

/// Rehearses runs of migrations on restored copies of their targets. The targets themselves are left alone: they may
/// even be away.
@Singleton
class Rehearser {
    private final RestoredCopies copies;
    private final RehearsalStore rehearsals;
    private final Targets targets;
    private final Grammar grammar;

    Rehearser(RestoredCopies copies, RehearsalStore rehearsals, Targets targets, Grammar grammar) {
        this.copies = copies;
        this.rehearsals = rehearsals;
        this.targets = targets;
        this.grammar = grammar;
    }

    /// @return fails with Refused if there is no such backup, or none that can be restored
    Uni<Void> admit(MigrationSpec spec, TargetFacts target) {
        return copies.demand(target.name(), spec.rehearsedBackup());
    }

    /// Begins anew with every attempt: a copy dies with whoever restored it.
    MigrationResult rehearse(MigrationSpec spec, TargetFacts target, Bundle bundle, JobContext job) throws Exception {
        String role = targets.username(target.id());
        try (RestoredCopy copy = copies.restore(spec.rehearsedBackup(), job);
                RehearsalSessions sessions = copy.step("connect", () -> RehearsalSessions.on(copy, role))) {
            RehearsalRun run = new RehearsalRun(spec, job, copy, sessions);
            MigrationResult planned = run.plan(bundle, grammar);
            Rehearsal report = run.rehearse(role);
            rehearsals.write(
                    new Rehearsed(job.jobId(), target, RehearsalDemand.subject(spec, bundle.sha256()), planned),
                    report);
            return planned.rehearsed(report.summary(job.jobId()));
        }
    }
}
