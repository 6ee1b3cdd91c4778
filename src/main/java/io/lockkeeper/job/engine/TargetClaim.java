package io.lockkeeper.job.engine;

import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.lockkeeper.job.table.ClaimJobs.Claimed;
import io.lockkeeper.postgres.PgSession;

/// The right to change a target, held in the target itself: two installations that do not know of each other meet here.
/// First it ends what a dead worker's attempt at the same job may still be doing there.
final class TargetClaim {
    private static final String END_EARLIER_ATTEMPTS = """
            SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
            WHERE application_name ~ ('^lockkeeper job ' || $1::bigint || '/[0-9]+$')
              AND split_part(application_name, '/', 2)::integer < $2
              AND usename = current_user
            """;
    private static final String HOLD_TARGET = "SELECT pg_try_advisory_lock(7626733, hashtext(current_database()))";

    private final Claimed job;
    private final RunContext context;

    TargetClaim(Claimed job, RunContext context) {
        this.job = job;
        this.context = context;
    }

    /// Held by a session that stays open until the run ends.
    void hold() throws InterruptedException {
        PgSession session = context.connect();
        endEarlierAttempts(session);
        if (!session.one(HOLD_TARGET).getBoolean(0)) {
            throw new Refused(Problem.conflict(
                    "target-held",
                    "Another Lockkeeper installation is changing target " + job.target() + " at this moment."));
        }
    }

    /// For a job that only reads: a program that outlived its instance holds locks, and waits for some.
    void endEarlierAttempts() throws InterruptedException {
        if (job.lease() > 1 && job.targetId() != null) {
            try (PgSession session = context.connect()) {
                endEarlierAttempts(session);
            }
        }
    }

    private void endEarlierAttempts(PgSession session) throws InterruptedException {
        if (job.lease() > 1) {
            session.query(END_EARLIER_ATTEMPTS, job.id(), job.lease());
        }
    }
}
