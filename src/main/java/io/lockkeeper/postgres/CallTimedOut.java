package io.lockkeeper.postgres;

import java.time.Duration;

/// A call took longer than its bound. Its statement was cancelled, or, where the server did not obey, the
/// session closed.
public final class CallTimedOut extends PgFailure {
    CallTimedOut(Duration bound) {
        super(QUERY_CANCELED, "The server did not answer within " + bound.toMillis() + " ms.", null);
    }
}
