package io.lockkeeper.migration;

import io.lockkeeper.http.Problem;
import io.lockkeeper.job.PermanentFailure;
import io.lockkeeper.postgres.PgSession;

/// A pooler that gives a session another server process for every transaction takes locks and settings away from it.
final class Poolers {
    private static final int LOOKS = 5;

    private Poolers() {}

    /// @param one and other: two sessions that are in no transaction
    static void refuse(PgSession one, PgSession other) throws InterruptedException {
        int first = server(one);
        if (first == one.backendPid()) {
            return; // nobody is in between
        }
        for (int look = 0; look < LOOKS; look++) {
            if (server(other) == first || server(one) != first) {
                throw new PermanentFailure(Problem.unprocessable(
                        "transaction-pooler",
                        "Between Lockkeeper and the target is a pooler that shares its connections by transactions:"
                                + " migrations need the locks and settings of a session of their own. Register the server's"
                                + " own address, or a pool in session mode."));
            }
        }
    }

    private static int server(PgSession session) throws InterruptedException {
        return session.rows("SELECT pg_backend_pid()").getFirst().getInteger(0);
    }
}
