package io.lockkeeper.migration;

import io.lockkeeper.migration.JournalEntry.State;
import io.lockkeeper.migration.JournalStore.Ended;
import io.lockkeeper.store.StoreAnswer;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The journal of one run, step by step. The end of a transaction waits for the next beginning and goes with it: should
/// we die in between, its number tells how it ended. For one thread.
final class Journal {
    private final JournalStore store;
    private final long run;
    private int no;
    private List<Ran> begun = List.of();
    private @Nullable Ended waiting;

    /// @param no of the last step that is known of this run
    Journal(JournalStore store, long run, int no) {
        this.store = store;
        this.run = run;
        this.no = no;
    }

    /// Before the step has any effect that stays, this has to be [#await]ed.
    ///
    /// @param xid null: it is outside of any transaction
    Future<?> begin(Due due, Step step, int backendPid, @Nullable String xid) {
        List<Ran> planned = new ArrayList<>();
        step.statements().forEach(each -> planned.add(Ran.planned(planned.size() + 1, each)));
        var entry = new JournalEntry(
                run,
                ++no,
                due.id(),
                due.direction(),
                due.path(),
                step.position(),
                step.kind(),
                step.closes(),
                step.sha256(),
                State.RUNNING,
                backendPid,
                xid,
                planned,
                null);
        begun = planned;
        Ended before = waiting;
        waiting = null;
        return store.beginStep(entry, before);
    }

    static void await(Future<?> written) throws InterruptedException {
        StoreAnswer.await(written);
    }

    /// Of the transaction that began last.
    void committed(List<Ran> statements) {
        waiting = new Ended(no, State.DONE, statements, null);
    }

    /// Of the step that began last; written down at once.
    void ended(State state, List<Ran> statements, @Nullable String error) throws InterruptedException {
        store.endStep(run, new Ended(no, state, statements, error));
    }

    /// Of the transaction that began last: it is given up, and another try follows.
    void undone(String why) {
        waiting = new Ended(no, State.UNDONE, begun, why);
    }

    void flush() throws InterruptedException {
        if (waiting != null) {
            Ended last = waiting;
            waiting = null;
            store.endStep(run, last);
        }
    }
}
