package io.lockkeeper.postgres;

/// A copied cluster could not be brought to the state that was asked for. The message is what its server said, at most
/// the last lines.
public final class RecoveryFailure extends RuntimeException {
    private static final String NOT_REACHED = "recovery ended before configured recovery target was reached";

    RecoveryFailure(String said) {
        super(said, null, false, false);
    }

    /// The log ended, and no transaction in it was committed after the time that was asked for.
    public boolean targetNotReached() {
        return getMessage().contains(NOT_REACHED);
    }
}
