package io.lockkeeper.depot;

import io.lockkeeper.http.Problem;
import org.jspecify.annotations.Nullable;

/// What a depot could not do. Its problem is fit for callers: it names depots, folders and files, and holds
/// nothing of what a server said beyond its code.
public abstract sealed class DepotFailure extends RuntimeException {
    private final transient Problem problem;

    private DepotFailure(Problem problem, @Nullable Throwable cause) {
        super(problem.code() + ": " + problem.detail(), cause);
        this.problem = problem;
    }

    public Problem problem() {
        return problem;
    }

    /// Whether the same may succeed later without anybody changing anything.
    public boolean mayPass() {
        return this instanceof Unavailable;
    }

    /// There is no room left.
    public static final class Full extends DepotFailure {
        Full(String depot, String detail, @Nullable Throwable cause) {
            super(Problem.of(507, "depot-full", "Depot full", "Depot " + depot + ": " + detail), cause);
        }
    }

    /// It does not answer, not in time, or not now.
    public static final class Unavailable extends DepotFailure {
        Unavailable(String depot, String detail, @Nullable Throwable cause) {
            super(Problem.of(502, "depot-unavailable", "Depot unavailable", "Depot " + depot + ": " + detail), cause);
        }
    }

    /// It answers, and does not let us: credentials, permissions, a bucket that is not there.
    public static final class Denied extends DepotFailure {
        Denied(String depot, String detail, @Nullable Throwable cause) {
            super(Problem.of(502, "depot-denied", "Depot denied access", "Depot " + depot + ": " + detail), cause);
        }
    }

    /// There is an artifact in this folder already, or one that somebody is writing or has left behind.
    public static final class Taken extends DepotFailure {
        Taken(String depot, String folder, String by) {
            super(
                    Problem.conflict(
                            "artifact-exists",
                            "Depot " + depot + ": there is " + by + " in the folder " + folder + "."),
                    null);
        }
    }

    /// What lies there is not what was brought there.
    public static final class Damaged extends DepotFailure {
        private final String file;

        Damaged(String depot, String folder, String file, String how, @Nullable Throwable cause) {
            super(
                    Problem.of(
                            422,
                            "artifact-damaged",
                            "Artifact damaged",
                            "Depot " + depot + ": the file " + folder + "/" + file + " " + how + "."),
                    cause);
            this.file = file;
        }

        public String file() {
            return file;
        }
    }

    /// What was brought there is there no more.
    public static final class Missing extends DepotFailure {
        private final String file;

        Missing(String depot, String folder, String file) {
            super(
                    Problem.of(
                            422,
                            "artifact-missing",
                            "Artifact missing",
                            "Depot " + depot + ": the file " + folder + "/" + file + " is not there."),
                    null);
            this.file = file;
        }

        public String file() {
            return file;
        }
    }

    /// It is sealed with a key that this Lockkeeper cannot open it with.
    public static final class KeyLost extends DepotFailure {
        KeyLost(Problem problem) {
            super(problem, null);
        }
    }
}
