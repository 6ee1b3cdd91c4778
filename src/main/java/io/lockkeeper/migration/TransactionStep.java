package io.lockkeeper.migration;

import io.lockkeeper.migration.Executor.Progress;
import io.lockkeeper.migration.JournalEntry.State;
import io.lockkeeper.postgres.CallTimedOut;
import io.lockkeeper.postgres.PgFailure;
import io.lockkeeper.postgres.PgSession;
import io.lockkeeper.postgres.SessionLost;
import io.lockkeeper.sql.StatementFacts;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A step that is one transaction. Each try at its locks is a transaction of its own, whose number is in the journal
/// before it commits; that is written while the statements run.
final class TransactionStep {
    private static final String BEGIN = "BEGIN; SELECT pg_current_xact_id()::text";

    private final Executor executor;
    private final Progress progress;
    private final Step step;
    private final PgSession session;
    private final List<Ran> ran = new ArrayList<>();
    private Step.@Nullable Placed at;

    TransactionStep(Executor executor, Progress progress, Step step) {
        this.executor = executor;
        this.progress = progress;
        this.step = step;
        this.session = executor.session;
    }

    void run() throws InterruptedException {
        List<StatementFacts> facts =
                step.statements().stream().map(each -> each.nature().facts()).toList();
        executor.governor.run(facts, () -> {
            attempt();
            return step;
        });
        executor.historyKnows(progress);
        executor.at(progress);
        executor.journal.committed(Ran.reported(ran, executor.governor.reports()));
    }

    private void attempt() throws InterruptedException {
        ran.clear();
        String xid = session.rows(BEGIN).getFirst().getString(0);
        Future<?> written = executor.journal.begin(progress.due, step, session.backendPid(), xid);
        try {
            statements();
            Journal.await(written);
            executor.at(progress);
        } catch (LockContention lost) {
            executor.journal.undone(lost.getMessage()); // the governor rolls back
            throw lost;
        } catch (SessionLost | CallTimedOut unknown) {
            throw unknown;
        } catch (PgFailure failure) {
            session.script("ROLLBACK");
            throw undone(written, failure);
        }
        commit();
    }

    private void statements() throws InterruptedException {
        executor.tellHistory(progress);
        for (Step.Placed placed : step.statements()) {
            at = placed;
            executor.at(progress);
            Ran planned = Ran.planned(ran.size() + 1, placed);
            ran.add(executor.governed(planned, placed));
        }
        at = null;
        if (step.closes()) {
            executor.history.finished(
                    session, progress.due.migration(), progress.due.direction(), progress.millis(), progress.isKnown());
        }
    }

    private void commit() throws InterruptedException {
        try {
            session.script("COMMIT");
        } catch (SessionLost | CallTimedOut unknown) {
            throw unknown;
        } catch (PgFailure failure) {
            throw undone(Future.succeededFuture(), failure);
        }
    }

    private RuntimeException undone(Future<?> written, PgFailure failure) throws InterruptedException {
        Journal.await(written);
        executor.journal.ended(State.UNDONE, List.copyOf(ran), failure.getMessage());
        return executor.told(progress, step, at, failure);
    }
}
