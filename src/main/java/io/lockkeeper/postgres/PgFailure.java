package io.lockkeeper.postgres;

import io.vertx.pgclient.PgException;
import java.util.Set;

/// A statement failed. The message holds the server's primary message and its SQLSTATE; `detail()` may
/// quote rows of the target and is therefore asked for by name.
public class PgFailure extends RuntimeException {
    public static final String QUERY_CANCELED = "57014";
    public static final String LOCK_NOT_AVAILABLE = "55P03";
    public static final String UNIQUE_VIOLATION = "23505";
    public static final String CHECK_VIOLATION = "23514";
    public static final String INSUFFICIENT_PRIVILEGE = "42501";

    /// serialization, deadlock, statement completion unknown, lock timeout, object in use, snapshot too
    /// old, shutdowns and terminations, idle timeouts, memory and connections used up (but not the disk:
    /// that needs somebody).
    private static final Set<String> TRANSIENT = Set.of(
            "40001", "40P01", "40003", "55P03", "55006", "72000", "57P01", "57P02", "57P03", "57P05", "25P03", "25P04",
            "53000", "53200", "53300", "53400");

    private final String sqlState;
    private final String detail;
    private final String hint;
    private final String constraint;

    PgFailure(String sqlState, String message, Throwable cause) {
        super(message, cause);
        this.sqlState = sqlState;
        this.detail = null;
        this.hint = null;
        this.constraint = null;
    }

    private PgFailure(PgException said) {
        super(said.getErrorMessage() + " (" + said.getSqlState() + ")", said);
        this.sqlState = said.getSqlState();
        this.detail = said.getDetail();
        this.hint = said.getHint();
        this.constraint = said.getConstraint();
    }

    static PgFailure of(PgException said) {
        return new PgFailure(said);
    }

    /// The five characters of the SQL standard's state.
    public String sqlState() {
        return sqlState;
    }

    public String detail() {
        return detail;
    }

    public String hint() {
        return hint;
    }

    public String constraint() {
        return constraint;
    }

    /// Whether trying the whole transaction again, later, may succeed without anybody changing anything.
    public boolean isTransient() {
        return isTransient(sqlState);
    }

    /// By cancel request or by `statement_timeout`: the server gives both the same state.
    public boolean isCancelled() {
        return QUERY_CANCELED.equals(sqlState);
    }

    public static boolean isTransient(String sqlState) {
        return sqlState.startsWith("08") || TRANSIENT.contains(sqlState);
    }
}
