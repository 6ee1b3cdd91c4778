package io.lockkeeper.migration;

import io.lockkeeper.migration.format.Direction;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A step as the journal knows it.
///
/// @param xid of its transaction; null: it ran outside of any
record JournalEntry(
        long run,
        int no,
        String migration,
        Direction direction,
        String path,
        int position,
        Step.Kind kind,
        boolean closes,
        String sha256,
        State state,
        @Nullable Integer backendPid,
        @Nullable String xid,
        List<Ran> statements,
        @Nullable String error) {
    enum State {
        /// Begun; whether it had an effect, the target knows.
        RUNNING,
        DONE,
        /// It is known to have had no effect.
        UNDONE
    }

    JournalEntry as(State other) {
        return new JournalEntry(
                run,
                no,
                migration,
                direction,
                path,
                position,
                kind,
                closes,
                sha256,
                other,
                backendPid,
                xid,
                statements,
                error);
    }
}
