package io.lockkeeper.migration.format;

import io.lockkeeper.postgres.PgSession;

/// What a migration itself wants to hold at the moment when it begins. As text it is for people.
public interface Condition {
    /// What becomes of the migration.
    enum Outcome {
        RUN,
        /// It stays as it is, and is asked again by the next run.
        SKIP,
        /// It counts as done without having been run.
        MARK,
        /// It does not run, and nothing after it.
        HALT
    }

    /// @param why what did not hold; empty: all did
    record Verdict(Outcome outcome, String why) {}

    /// Looks at the target, and changes nothing there. The session must be in no transaction.
    Verdict verdict(PgSession session) throws InterruptedException;
}
