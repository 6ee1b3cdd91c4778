package io.lockkeeper.migration;

import io.lockkeeper.http.Fault;
import io.lockkeeper.http.Problem;
import io.lockkeeper.job.PermanentFailure;
import io.lockkeeper.postgres.PgFailure;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What people are told when the target refuses a statement: where it stands, why, and what has happened so far.
final class MigrationFailure {
    private static final String FAILED = "migration-failed";
    private static final String UNWANTED = "precondition-failed";

    /// Those of what a migration has to answer for itself.
    static final Set<String> CODES = Set.of(FAILED, UNWANTED);

    private MigrationFailure() {}

    /// @param placed null: it was the commit, or the row in the tool's history
    /// @param stepsDone of this migration, which stay
    /// @param migrationsDone before it, in this run
    static PermanentFailure of(
            Due due, Step step, Step.@Nullable Placed placed, int stepsDone, int migrationsDone, PgFailure failure) {
        String place = due.path() + (placed == null ? "" : ":" + placed.line());
        String what = placed == null
                ? "the end of step " + step.position()
                : placed.nature().kind();
        String hint = failure.hint() == null ? "" : " Hint: " + failure.hint();
        String detail = place + ": " + what + " failed: " + failure.getMessage() + "." + hint + " "
                + applied(due, stepsDone) + before(migrationsDone);
        return new PermanentFailure(new Problem(
                FAILED,
                "Migration failed",
                422,
                detail,
                null,
                List.of(new Fault(place, failure.getMessage())),
                null,
                null));
    }

    /// @param why what does not hold that it wants to hold
    static PermanentFailure unwanted(Due due, String why, int migrationsDone) {
        return new PermanentFailure(Problem.conflict(
                UNWANTED,
                due.id() + " (" + due.path() + ") did not run, and nothing after it: " + why + "."
                        + before(migrationsDone)));
    }

    private static String applied(Due due, int steps) {
        if (steps == 0) {
            return "Of " + due.id() + " nothing was applied.";
        }
        List<Step> done = due.steps().subList(0, steps);
        int last = done.stream()
                .flatMap(step -> step.statements().stream())
                .mapToInt(Step.Placed::line)
                .max()
                .orElse(0);
        return "Of " + due.id() + " the statements up to that of line " + last
                + " are applied and stay; the next run goes on after them.";
    }

    private static String before(int migrations) {
        return migrations == 0 ? "" : " " + migrations + " before it were applied by this run, and stay.";
    }
}
