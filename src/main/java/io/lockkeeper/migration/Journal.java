package io.lockkeeper.migration;

import io.lockkeeper.migration.JournalEntry.State;
import io.lockkeeper.store.StoreAnswer;
import io.vertx.core.Future;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Is told of each step before it can have an effect, and of how it ended. For one thread.
interface Journal {
    /// Before the step has any effect that stays, this has to be [#await]ed.
    ///
    /// @param xid null: it is outside of any transaction
    Future<?> begin(Due due, Step step, int backendPid, @Nullable String xid) throws InterruptedException;

    static void await(Future<?> written) throws InterruptedException {
        StoreAnswer.await(written);
    }

    /// Of the transaction that began last.
    void committed(List<Ran> statements) throws InterruptedException;

    /// Of the step that began last; written down at once.
    void ended(State state, List<Ran> statements, @Nullable String error) throws InterruptedException;

    /// Of the transaction that began last: it is given up, and another try follows.
    void undone(String why);

    /// All that was told is written down after this.
    void flush() throws InterruptedException;
}
