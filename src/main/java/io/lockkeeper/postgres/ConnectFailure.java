package io.lockkeeper.postgres;

/// Why no session could be opened: a reason for programs, one sentence for people. Neither ever holds a
/// password, nor any text of the server beyond its SQLSTATE: a server that we do not know yet writes
/// nothing into our logs and answers.
public final class ConnectFailure extends RuntimeException {

    public enum Reason {
        /// No such host, nobody listens, nobody answers, or the line breaks before the session is open.
        UNREACHABLE,
        /// Somebody answers, but not in PostgreSQL's protocol.
        NOT_POSTGRES,
        /// TLS was demanded and the server has none, or its certificate does not convince.
        TLS,
        /// Wrong password, or no such role.
        AUTHENTICATION,
        /// The server's access rules (pg_hba.conf, CONNECT privilege) keep this role or this machine out.
        NOT_ALLOWED,
        NO_DATABASE,
        TOO_MANY_CONNECTIONS,
        /// The server is starting, stopping or recovering.
        STARTING_UP,
        /// Older than the oldest version that Lockkeeper knows.
        TOO_OLD,
        /// Our own operator does not let us go there.
        FORBIDDEN_ADDRESS,
        /// The server refused for another reason, of which the sentence tells the SQLSTATE.
        REFUSED
    }

    private final Reason reason;

    public ConnectFailure(Reason reason, String sentence) {
        super(sentence);
        this.reason = reason;
    }

    ConnectFailure(Reason reason, String sentence, Throwable cause) {
        super(sentence, cause);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }

    /// Whether the same attempt may succeed a little later without anybody changing anything.
    public boolean isTransient() {
        return switch (reason) {
            case UNREACHABLE, TOO_MANY_CONNECTIONS, STARTING_UP -> true;
            case NOT_POSTGRES, TLS, AUTHENTICATION, NOT_ALLOWED, NO_DATABASE, TOO_OLD, FORBIDDEN_ADDRESS, REFUSED ->
                false;
        };
    }
}
