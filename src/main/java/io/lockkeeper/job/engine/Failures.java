package io.lockkeeper.job.engine;

import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.lockkeeper.postgres.ConnectFailure;
import io.lockkeeper.postgres.PgFailure;
import io.lockkeeper.postgres.SessionLost;
import io.lockkeeper.target.TargetProblems;

/// What the error of a job says when its code threw something.
final class Failures {
    static final String UNEXPECTED = "unexpected";

    private Failures() {}

    static Problem describe(String target, Throwable failure) {
        return switch (failure) {
            case Refused refused -> refused.problem();
            case ConnectFailure notConnected -> TargetProblems.of(target, notConnected);
            case SessionLost lost ->
                Problem.of(502, "target-connection-lost", "Connection to the target lost", lost.getMessage());
            case PgFailure sql -> Problem.of(502, "target-refused", "The target refused a statement", sql.getMessage());
            default ->
                Problem.of(
                        500,
                        UNEXPECTED,
                        "Unexpected failure",
                        failure.getClass().getSimpleName() + ": " + failure.getMessage());
        };
    }
}
