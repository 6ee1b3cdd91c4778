package io.lockkeeper.migration;

import io.lockkeeper.http.Problem;
import io.lockkeeper.job.JobContext;
import io.lockkeeper.job.PermanentFailure;
import io.lockkeeper.migration.JournalStore.NewRun;
import io.lockkeeper.postgres.PgSession;
import io.lockkeeper.target.TargetFacts;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/// One run of the work on one target: settles what earlier runs have left, decides anew what is to be done, does it.
final class MigrationRun {
    private static final Duration LOCK_PATIENCE = Duration.ofSeconds(20);
    private static final Duration BETWEEN_TRIES = Duration.ofMillis(200);

    private final Work work;
    private final MigrationSpec spec;
    private final TargetFacts target;
    private final JournalStore journals;

    MigrationRun(Work work, MigrationSpec spec, TargetFacts target, JournalStore journals) {
        this.work = work;
        this.spec = spec;
        this.target = target;
        this.journals = journals;
    }

    /// Changes nothing, on the target and with us.
    Plan plan(PgSession session) throws InterruptedException {
        List<JournalEntry> open = journals.open(target.id(), work.place(session));
        return work.plan(spec, session, Unfinished.of(open).ids()).on(target);
    }

    MigrationResult apply(JobContext job, PgSession session) throws Exception {
        String owner = "lockkeeper job " + job.jobId();
        PgSession keeper = job.connect();
        lock(keeper, owner);
        Unfinished unfinished = job.step("settle", () -> settle(session));
        Plan plan = job.step(
                "plan", () -> checked(work.plan(spec, session, unfinished.ids()).on(target)));
        NewRun run = new NewRun(
                job.jobId(),
                target.id(),
                target.name(),
                work.bundle().sha256(),
                work.format().name(),
                spec.direction(),
                plan.digest(),
                work.place(session));
        job.step("migrate", () -> {
            migrate(run, plan, unfinished, hands(job, session, plan));
            job.progress(100, "all " + plan.due().size() + " migrations");
            return "done";
        });
        work.history().unlock(keeper, owner);
        return work.result(plan, true);
    }

    private static Hands hands(JobContext job, PgSession session, Plan plan) throws InterruptedException {
        JobLocks locks = new JobLocks(job);
        int all = Math.max(1, plan.due().size());
        return new Hands(session, job.connect(), locks, (done, where) -> locks.at(100 * done / all, where), Meter.NONE);
    }

    private void lock(PgSession keeper, String owner) throws InterruptedException {
        long deadline = System.nanoTime() + LOCK_PATIENCE.toNanos();
        while (!work.history().lock(keeper, owner)) {
            if (System.nanoTime() > deadline) {
                throw MigrationJob.held(work.history().table());
            }
            Thread.sleep(BETWEEN_TRIES);
        }
    }

    Unfinished settle(PgSession session) throws InterruptedException {
        List<JournalEntry> open = journals.open(target.id(), work.place(session));
        return Unfinished.of(new Settlement(session, journals, work.done(session)).settled(open));
    }

    /// What was planned must still be what is planned now, and nothing may be left to decide.
    Plan checked(Plan plan) {
        if (spec.plan() != null && !spec.plan().equals(plan.digest())) {
            throw new PermanentFailure(Problem.conflict(
                    "plan-outdated",
                    "The plan " + spec.plan() + " no longer fits target " + target.name()
                            + ", where something has changed since; nothing was changed. Plan anew."));
        }
        MigrationJob.refuseUndecided(plan);
        return plan;
    }

    void migrate(NewRun run, Plan plan, Unfinished unfinished, Hands hands) throws InterruptedException {
        journals.begin(run);
        int no = adopted(run, unfinished);
        if (!work.history().isWrittenByScripts()) {
            work.history().create(hands.session());
        }
        Journal journal = new StoredJournal(journals, run.job(), no);
        new Executor(hands, spec.lockPolicy(), work, journal, unfinished).run(plan.due());
        if (leavesNothing(plan, unfinished.ids())) {
            journals.end(run.job());
        }
    }

    private static boolean leavesNothing(Plan plan, Set<String> open) {
        return plan.due().stream().map(Due::id).toList().containsAll(open);
    }

    /// @return the number of the last step that the run has now
    private int adopted(NewRun run, Unfinished unfinished) throws InterruptedException {
        List<JournalEntry> others = unfinished.entries().stream()
                .filter(entry -> entry.run() != run.job())
                .toList();
        int no = journals.ofRun(run.job()).stream()
                .mapToInt(JournalEntry::no)
                .max()
                .orElse(0);
        journals.adopt(run, others, no + 1);
        return no + others.size();
    }
}
