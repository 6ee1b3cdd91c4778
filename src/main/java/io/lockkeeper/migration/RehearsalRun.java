package io.lockkeeper.migration;

import io.lockkeeper.dump.Comparison;
import io.lockkeeper.dump.Difference;
import io.lockkeeper.dump.Fingerprint;
import io.lockkeeper.http.Fault;
import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Words;
import io.lockkeeper.job.JobContext;
import io.lockkeeper.job.PermanentFailure;
import io.lockkeeper.migration.Rehearsal.Outcome;
import io.lockkeeper.migration.Rehearsal.Way;
import io.lockkeeper.migration.Rehearsal.WayBack;
import io.lockkeeper.migration.Rehearsal.WayBack.End;
import io.lockkeeper.migration.format.Direction;
import io.lockkeeper.migration.format.FormatFault;
import io.lockkeeper.migration.format.Migration;
import io.lockkeeper.postgres.PgFailure;
import io.lockkeeper.restore.RestoredCopy;
import io.lockkeeper.sql.Grammar;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// One rehearsal on one copy: there, and if there is a way back, back and there again.
final class RehearsalRun {
    private static final int NAMED = 10;

    private final MigrationSpec spec;
    private final JobContext job;
    private final RestoredCopy copy;
    private final RehearsalSessions sessions;
    private final Instant began = Instant.now();
    private Work work;
    private Plan plan;
    private Fingerprint before;

    /// @param problem null: it came to its end
    private record Gone(Way way, @Nullable Problem problem) {}

    RehearsalRun(MigrationSpec spec, JobContext job, RestoredCopy copy, RehearsalSessions sessions) {
        this.spec = spec;
        this.job = job;
        this.copy = copy;
        this.sessions = sessions;
    }

    /// What a plan for the target would refuse is refused here in the same way.
    MigrationResult plan(Bundle bundle, Grammar grammar) throws Exception {
        return copy.step("plan", () -> {
            work = Work.of(bundle, spec.format(), spec.settings(), sessions.migrating(), grammar);
            plan = work.plan(spec, sessions.migrating(), Set.of());
            MigrationJob.refuseUndecided(plan);
            if (!work.history().isWrittenByScripts()) {
                work.history().create(sessions.migrating());
            }
            before = copy.definitions();
            return work.result(plan, false);
        });
    }

    Rehearsal rehearse(String role) throws Exception {
        Gone there = go(spec.direction(), plan.due());
        WayBack back = there.problem() == null ? wayBack() : null;
        return new Rehearsal(
                there.problem() == null ? Outcome.PASSED : Outcome.FAILED,
                there.problem(),
                copy.backup().id(),
                copy.dataAt(),
                sessions.migrating().serverVersion(),
                sessions.asTheTargetsRole()
                        ? role
                        : sessions.observer().server().username(),
                began,
                Instant.now(),
                there.way(),
                back,
                new RehearsalNotes(copy, sessions).all(role));
    }

    /// What goes wrong with the copy's server is a problem of the job; what the server says about the migration is what
    /// was to be found out.
    private Gone go(Direction direction, List<Due> due) throws Exception {
        return copy.step(Words.of(direction), () -> {
            JobLocks locks = new JobLocks(job);
            int all = Math.max(1, due.size());
            try (Measuring measuring = new Measuring(sessions.migrating(), sessions.observer(), sessions.lookout())) {
                Hands hands = new Hands(
                        sessions.migrating(),
                        sessions.watcher(),
                        locks,
                        (done, where) -> locks.at(100 * done / all, where),
                        measuring);
                Problem problem = null;
                try {
                    new Executor(hands, spec.lockPolicy(), work, measuring, Unfinished.of(List.of())).run(due);
                } catch (PermanentFailure failure) {
                    problem = aboutTheMigration(failure);
                    job.log(problem.detail());
                }
                return new Gone(measuring.way(direction), problem);
            }
        });
    }

    private Problem aboutTheMigration(PermanentFailure failure) {
        copy.demandLife();
        boolean lacksSomething = failure.getCause() instanceof PgFailure said
                && (said.sqlState().startsWith("53") || said.sqlState().startsWith("58"));
        if (lacksSomething) {
            throw new PermanentFailure(
                    Problem.of(
                            507,
                            "sandbox-lacks-something",
                            "The sandbox lacks something",
                            "The copy's server ran out of something on this worker, which says nothing about the migration: "
                                    + failure.getCause().getMessage()),
                    failure);
        }
        return failure.problem();
    }

    private WayBack wayBack() throws Exception {
        List<String> stuck = plan.due().stream()
                .filter(due -> !hasWayBack(due))
                .map(Due::path)
                .toList();
        if (plan.due().isEmpty() || !stuck.isEmpty()) {
            String detail = stuck.isEmpty()
                    ? "Nothing was to be done."
                    : "There is no way back from " + String.join(", ", stuck) + ".";
            return new WayBack(End.NONE, detail, null, List.of(), null, null);
        }
        try {
            return backAndThereAgain(reversed());
        } catch (FormatFault fault) {
            return failed("The way back cannot be read.", faulty(fault), List.of(), null, null);
        }
    }

    private static boolean hasWayBack(Due due) {
        Migration migration = due.migration();
        return due.direction() == Direction.DOWN
                || migration.kind() == Migration.Kind.VERSIONED && migration.down() != null;
    }

    /// Just those that went there, whatever else lies between them.
    private List<Due> reversed() throws InterruptedException {
        Direction direction = spec.direction() == Direction.UP ? Direction.DOWN : Direction.UP;
        boolean closeThemselves = work.history().isWrittenByScripts();
        List<Due> back = new ArrayList<>();
        for (Due due : plan.due().reversed()) {
            back.add(new Due(
                    due.migration(),
                    direction,
                    Steps.of(due.migration(), direction, closeThemselves, work.grammar()),
                    false));
        }
        return back;
    }

    private WayBack backAndThereAgain(List<Due> reversed) throws Exception {
        Gone back = go(reversed.getFirst().direction(), reversed);
        if (back.problem() != null) {
            return failed("The way back fails.", back.problem(), List.of(), back.way(), null);
        }
        List<Difference> left = copy.step(
                "compare", () -> Comparison.of(before, copy.definitions()).differences());
        Gone again = go(spec.direction(), again());
        if (again.problem() != null) {
            return failed("After the way back it fails.", again.problem(), left, back.way(), again.way());
        }
        return left.isEmpty()
                ? new WayBack(
                        End.LEADS_BACK,
                        "After the way back all definitions are what they were; rows were not compared.",
                        null,
                        left,
                        back.way(),
                        again.way())
                : new WayBack(
                        End.LEAVES_DIFFERENCES,
                        "After the way back: " + named(left),
                        null,
                        left,
                        back.way(),
                        again.way());
    }

    private List<Due> again() {
        return plan.due().stream()
                .map(due -> new Due(due.migration(), due.direction(), due.steps(), false))
                .toList();
    }

    private static String named(List<Difference> differences) {
        String first =
                differences.stream().limit(NAMED).map(Difference::sentence).collect(Collectors.joining(", "));
        int more = differences.size() - NAMED;
        return first + (more > 0 ? ", and " + more + " more." : ".");
    }

    private static WayBack failed(
            String what, Problem problem, List<Difference> left, @Nullable Way back, @Nullable Way again) {
        return new WayBack(End.FAILED, what + " " + problem.detail(), problem, left, back, again);
    }

    private static Problem faulty(FormatFault fault) {
        return new Problem(
                "migrations-faulty",
                "Migrations that cannot run",
                422,
                fault.place() + ": " + fault.detail() + ".",
                null,
                List.of(new Fault(fault.place(), fault.detail())),
                null,
                null);
    }
}
