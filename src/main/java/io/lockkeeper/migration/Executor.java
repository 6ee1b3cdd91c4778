package io.lockkeeper.migration;

import static io.lockkeeper.postgres.Identifiers.quote;

import io.lockkeeper.http.Problem;
import io.lockkeeper.job.PermanentFailure;
import io.lockkeeper.migration.JournalEntry.State;
import io.lockkeeper.migration.format.Condition;
import io.lockkeeper.migration.format.Direction;
import io.lockkeeper.migration.format.History;
import io.lockkeeper.migration.format.Scene;
import io.lockkeeper.postgres.CallTimedOut;
import io.lockkeeper.postgres.PgFailure;
import io.lockkeeper.postgres.PgSession;
import io.lockkeeper.postgres.SessionLost;
import io.lockkeeper.sql.Statement;
import io.lockkeeper.sql.StatementFacts;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Runs migrations on one session, statement by statement, and writes down each step before it can have an effect.
/// What an earlier run has done is not done again.
final class Executor {
    /// What a migration has set for its session does not reach the next one.
    private static final String FRESH = "RESET SESSION AUTHORIZATION; RESET ROLE; RESET ALL";

    /// What calls nobody's functions, and so leaves nothing behind in its session.
    private static final Pattern LEAVES_NOTHING =
            Pattern.compile("(CREATE (?!.* AS$|MATERIALIZED)|DROP |COMMENT |GRANT|REVOKE).*");

    private static final int MOST_NOTICES = 50;

    final PgSession session;
    final History history;
    final Journal journal;
    final Governor governor;
    private final Unfinished unfinished;
    private final Aftermath aftermath;
    private final LockListener listener;
    private final Boundary boundary;
    private final String fresh;
    private boolean mayBeStale = true;
    private int migrationsDone;

    Executor(Hands hands, LockPolicy policy, Work work, Journal journal, Unfinished unfinished) {
        this.session = hands.session();
        this.boundary = hands.boundary();
        this.listener = hands.listener();
        this.governor = new Governor(session, hands.watcher(), policy, hands.listener());
        this.history = work.history();
        this.journal = journal;
        this.unfinished = unfinished;
        this.aftermath = new Aftermath(session);
        Scene scene = work.scene();
        this.fresh = FRESH + (scene.schemaAsked() ? "; SET search_path = " + quote(scene.schema()) : "");
    }

    /// The migrations in their order.
    void run(List<Due> all) throws InterruptedException {
        for (Due due : all) {
            try {
                run(new Progress(due));
            } catch (PermanentFailure failure) {
                tolerate(due, failure);
            }
            migrationsDone++;
        }
        journal.flush();
        session.script(fresh);
    }

    /// Nothing of it was applied, and it says itself that the others are to run all the same.
    private void tolerate(Due due, PermanentFailure failure) {
        boolean mayFail = due.direction() == Direction.UP
                && due.isOneTransaction()
                && due.migration().facts().containsKey("mayFail")
                && MigrationFailure.CODES.contains(failure.problem().code());
        if (!mayFail) {
            throw failure;
        }
        listener.remark(failure.problem().detail() + " It may fail, by its own words; the next run tries it again.");
    }

    /// How far one migration is.
    static final class Progress {
        final Due due;
        final long began = System.nanoTime();
        private boolean told;

        Progress(Due due) {
            this.due = due;
            this.told = due.isOneTransaction();
        }

        long millis() {
            return (System.nanoTime() - began) / 1_000_000;
        }

        /// Whether its tool's history may know already that it has begun.
        boolean isKnown() {
            return due.again() || !due.isOneTransaction();
        }
    }

    private void run(Progress progress) throws InterruptedException {
        Due due = progress.due;
        int done = unfinished.doneSteps(due);
        if (mayBeStale) {
            session.script(fresh);
        }
        mayBeStale = due.steps().stream()
                .flatMap(step -> step.statements().stream())
                .anyMatch(each -> !LEAVES_NOTHING.matcher(each.nature().kind()).matches());
        at(progress);
        boolean interrupted = unfinished.unsettled(due).isPresent();
        if (done == 0 && !interrupted && !isWanted(due)) {
            return;
        }
        if (interrupted && aftermath.isDone(due.steps().get(done))) {
            done++; // it ended after all
        }
        for (Step step : due.steps().subList(done, due.steps().size())) {
            try {
                if (step.kind() == Step.Kind.TRANSACTION) {
                    new TransactionStep(this, progress, step).run();
                } else {
                    outside(progress, step);
                }
            } catch (LockNotGot failure) {
                throw new PermanentFailure(
                        Problem.conflict(
                                "lock-not-got",
                                due.path() + ": " + failure.getMessage() + " Retry when they"
                                        + " are through; it goes on there."),
                        failure);
            }
        }
    }

    /// Asked only before anything of it has run: what it does itself may change the answer.
    private boolean isWanted(Due due) throws InterruptedException {
        Condition condition = due.condition();
        if (condition == null) {
            return true;
        }
        Condition.Verdict verdict = condition.verdict(session);
        switch (verdict.outcome()) {
            case HALT -> throw MigrationFailure.unwanted(due, verdict.why(), migrationsDone);
            case MARK -> history.marked(session, due.migration());
            default -> {}
        }
        if (!verdict.why().isEmpty()) {
            listener.remark(
                    due.id() + ": " + verdict.why() + "; by its own preconditions it " + said(verdict.outcome()));
        }
        return verdict.outcome() == Condition.Outcome.RUN;
    }

    private static String said(Condition.Outcome outcome) {
        return switch (outcome) {
            case RUN, HALT -> "runs all the same";
            case MARK -> "counts as done without having been run";
            case SKIP -> "is left out of this run";
        };
    }

    void at(Progress progress) {
        boundary.at(migrationsDone, progress.due.path());
    }

    /// With its first step, and not before the journal knows of that: otherwise nobody could tell whose failure it is.
    void tellHistory(Progress progress) throws InterruptedException {
        if (!progress.told) {
            history.started(session, progress.due.migration(), progress.due.direction());
        }
    }

    void historyKnows(Progress progress) {
        progress.told = true;
    }

    private void outside(Progress progress, Step step) throws InterruptedException {
        Step.Placed placed = step.statements().getFirst();
        StatementFacts facts = placed.nature().facts();
        journal.flush();
        Journal.await(journal.begin(progress.due, step, session.backendPid(), null));
        at(progress);
        tellHistory(progress);
        historyKnows(progress);
        at(progress);
        Ran planned = Ran.planned(1, placed);
        Ran ran;
        try {
            ran = facts.kind().contains("CONCURRENTLY")
                    ? governor.runConcurrently(facts, () -> run(planned, aftermath.rest(placed)))
                    : governor.run(
                            List.of(facts), () -> governor.statement(facts, () -> run(planned, placed.statement())));
        } catch (SessionLost | CallTimedOut unknown) {
            throw unknown;
        } catch (PgFailure failure) {
            journal.ended(State.UNDONE, List.of(planned), failure.getMessage());
            throw told(progress, step, placed, failure);
        } catch (LockNotGot failure) {
            journal.ended(State.UNDONE, List.of(planned), failure.getMessage());
            throw failure;
        }
        at(progress);
        journal.ended(State.DONE, Ran.reported(List.of(ran), governor.reports()), null);
        at(progress);
    }

    Ran run(Ran planned, Statement statement) throws InterruptedException {
        long began = System.nanoTime();
        List<String> notices = new CopyOnWriteArrayList<>();
        int rows = 0;
        for (String sql : statement.copy() == null ? List.of(statement.text()) : CopyRows.inserts(statement)) {
            rows += session.statement(sql, remark -> {
                if (notices.size() < MOST_NOTICES) {
                    notices.add(remark);
                }
            });
        }
        return planned.ended((System.nanoTime() - began) / 1_000_000, rows, notices);
    }

    /// What may pass by itself is left to the job, which tries again.
    RuntimeException told(Progress progress, Step step, Step.@Nullable Placed placed, PgFailure failure) {
        return failure.isTransient()
                ? failure
                : MigrationFailure.of(progress.due, step, placed, step.position() - 1, migrationsDone, failure);
    }
}
