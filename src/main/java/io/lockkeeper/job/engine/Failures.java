package io.lockkeeper.job.engine;

import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.lockkeeper.job.PermanentFailure;
import io.lockkeeper.postgres.ConnectFailure;
import io.lockkeeper.postgres.PgFailure;
import io.lockkeeper.postgres.SessionLost;
import io.lockkeeper.target.TargetProblems;

/// What the error of a job says when its code threw something. Messages of exceptions that nobody foresaw go to the log
/// only: nobody knows what is in them.
final class Failures {
    static final String UNEXPECTED = "unexpected";

    private Failures() {}

    /// Trying again would not help, and might lock an account.
    static boolean isPermanent(Throwable failure) {
        return failure instanceof ConnectFailure notConnected && !notConnected.isTransient();
    }

    static Problem describe(String target, Throwable failure) {
        return switch (failure) {
            case Refused refused -> refused.problem();
            case PermanentFailure failed -> failed.problem();
            case ConnectFailure notConnected -> TargetProblems.of(target, notConnected);
            case SessionLost lost ->
                Problem.of(502, "target-connection-lost", "Connection to the target lost", lost.getMessage());
            case PgFailure sql -> Problem.of(502, "target-refused", "The target refused a statement", sql.getMessage());
            default ->
                Problem.of(
                        500,
                        UNEXPECTED,
                        "Unexpected failure",
                        "Nobody foresaw this (" + failure.getClass().getSimpleName()
                                + "); the log has it under the job's id.");
        };
    }
}
