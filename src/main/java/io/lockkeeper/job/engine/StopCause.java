package io.lockkeeper.job.engine;

/// Why a running job is told to stop. What becomes of it follows from this, whatever its code throws on the way out.
enum StopCause {
    /// Somebody asked for it: CANCELLED.
    CANCEL,
    /// Its time is up: FAILED.
    OUT_OF_TIME,
    /// This instance goes down: back into the queue, if its kind allows.
    HAND_BACK,
    /// It is no longer ours: we write nothing.
    LEASE_LOST
}
