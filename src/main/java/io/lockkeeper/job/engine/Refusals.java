package io.lockkeeper.job.engine;

import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.vertx.pgclient.PgException;
import org.jboss.logging.Logger;

/// What it means when the store refuses something.
final class Refusals {
    private static final Logger LOG = Logger.getLogger(Refusals.class);

    private Refusals() {}

    /// The store is going down, comes up, has no room, or may not write: no smaller turn would help.
    static boolean isOutage(PgException refused) {
        String state = stateOf(refused);
        return state.startsWith("57P")
                || state.startsWith("53")
                || state.startsWith("08")
                || state.equals("25006")
                || state.equals("25P03");
    }

    /// All but what lies in the data: values that do not fit, constraints that they break, sizes without limit.
    static boolean isPassing(PgException refused) {
        String state = stateOf(refused);
        boolean liesInTheData = state.startsWith("22") || state.startsWith("23") || state.startsWith("54");
        return !liesInTheData || state.equals("23505");
    }

    static Refused problemOf(PgException refused) {
        if ("job_target_id_fkey".equals(refused.getConstraint())) {
            return new Refused(Problem.conflict("target-gone", "The target was deleted a moment ago."));
        }
        if (isPassing(refused)) {
            return new Refused(Problem.unavailable("The store is busy or restarting; nothing was accepted.", 1));
        }
        LOG.errorf("the store refuses a job: %s", refused.getMessage());
        return new Refused(Problem.of(500, "internal", "Internal error", "The job could not be stored."));
    }

    private static String stateOf(PgException refused) {
        return refused.getSqlState() == null ? "" : refused.getSqlState();
    }
}
