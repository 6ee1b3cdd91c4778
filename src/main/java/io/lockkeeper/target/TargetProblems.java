package io.lockkeeper.target;

import io.lockkeeper.http.Problem;
import io.lockkeeper.postgres.ConnectFailure;

/// Why no session on a target could be opened, as a problem. 502: the target, or the way to it, does not work now. 422:
/// it does, and what was registered does not fit it.
public final class TargetProblems {
    private TargetProblems() {}

    public static Problem of(String target, ConnectFailure failure) {
        String detail = "Target " + target + ": " + failure.getMessage();
        return switch (failure.reason()) {
            case UNREACHABLE -> Problem.of(502, "target-unreachable", "Target unreachable", detail);
            case NOT_POSTGRES -> Problem.of(502, "target-not-postgresql", "Not a PostgreSQL server", detail);
            case STARTING_UP -> Problem.of(502, "target-not-ready", "Target not ready", detail);
            case TOO_MANY_CONNECTIONS -> Problem.of(502, "target-full", "Target has no connection left", detail);
            case AUTHENTICATION ->
                Problem.of(422, "target-authentication-failed", "Target refused the credential", detail);
            case NOT_ALLOWED -> Problem.of(422, "target-access-denied", "Target denied access", detail);
            case NO_DATABASE -> Problem.of(422, "target-database-missing", "No such database on the target", detail);
            case TLS -> Problem.of(422, "target-tls-failed", "TLS with the target failed", detail);
            case TOO_OLD -> Problem.of(422, "target-too-old", "Target too old", detail);
            case FORBIDDEN_ADDRESS -> Problem.of(422, "target-host-forbidden", "Target's host forbidden", detail);
            case REFUSED -> Problem.of(422, "target-refused", "Target refused the session", detail);
        };
    }
}
