package io.lockkeeper.job;

import io.lockkeeper.http.Problem;

/// Thrown by a kind when trying again would not help: the job has failed, and the problem says why.
public final class PermanentFailure extends RuntimeException {
    private final transient Problem problem;

    public PermanentFailure(Problem problem) {
        super(problem.code() + ": " + problem.detail());
        this.problem = problem;
    }

    public PermanentFailure(Problem problem, Throwable cause) {
        super(problem.code() + ": " + problem.detail(), cause);
        this.problem = problem;
    }

    public Problem problem() {
        return problem;
    }
}
