package io.lockkeeper.postgres;

/// The session is gone: the server ended it, the line broke, or we gave it up. What its last statement did is unknown.
public final class SessionLost extends PgFailure {
    static final String CONNECTION_FAILURE = "08006";

    SessionLost(String why, Throwable cause) {
        super(CONNECTION_FAILURE, "The session is lost: " + why, cause);
    }
}
