package io.lockkeeper.restore;

import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.lockkeeper.job.PermanentFailure;
import io.lockkeeper.postgres.SandboxFailure;

/// What goes wrong with a server of ours says nothing about a backup.
final class SandboxProblems {
    private SandboxProblems() {}

    static RuntimeException of(SandboxFailure failure) {
        return switch (failure.reason()) {
            case NO_PROGRAMS -> new PermanentFailure(Problem.unprocessable("server-missing", failure.getMessage()));
            case NO_ROOM -> new PermanentFailure(noRoom(failure));
            case NO_ROOM_NOW -> new Refused(noRoom(failure)); // tried again, later
            case NOT_STARTED, DIED -> failed(failure.getMessage());
        };
    }

    private static Problem noRoom(SandboxFailure failure) {
        return Problem.of(
                507,
                "not-enough-disk",
                "Not enough disk",
                failure.getMessage() + " Make room there, or set LOCKKEEPER_SANDBOX_DIRECTORY to a place that has it."
                        + " Nothing is known about the backup.");
    }

    static Refused failed(String sentence) {
        return new Refused(Problem.of(502, "sandbox-failed", "The sandbox failed", "In the sandbox: " + sentence));
    }
}
