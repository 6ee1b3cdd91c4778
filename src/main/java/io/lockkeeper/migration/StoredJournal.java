package io.lockkeeper.migration;

import io.lockkeeper.migration.JournalEntry.State;
import io.lockkeeper.migration.JournalStore.Ended;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The journal of one run in our store, from which any later run goes on. The end of a transaction waits for the next
// beginning and goes with it: should
/// we die in between, its number tells how it ended.
final class StoredJournal implements Journal {
    private final JournalStore store;
    private final long run;
    private int no;
    private List<Ran> begun = List.of();
    private @Nullable Ended waiting;

    /// @param no of the last step that is known of this run
    StoredJournal(JournalStore store, long run, int no) {
        this.store = store;
        this.run = run;
        this.no = no;
    }

    @Override
    public Future<?> begin(Due due, Step step, int backendPid, @Nullable String xid) {
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

    @Override
    public void committed(List<Ran> statements) {
        waiting = new Ended(no, State.DONE, statements, null);
    }

    @Override
    public void ended(State state, List<Ran> statements, @Nullable String error) throws InterruptedException {
        store.endStep(run, new Ended(no, state, statements, error));
    }

    @Override
    public void undone(String why) {
        waiting = new Ended(no, State.UNDONE, begun, why);
    }

    @Override
    public void flush() throws InterruptedException {
        if (waiting != null) {
            Ended last = waiting;
            waiting = null;
            store.endStep(run, last);
        }
    }
}
