package io.lockkeeper.target;

import java.time.Instant;

/// The last time that a backup of a target was restored and found to be what was backed up.
///
/// @param at when that was found
/// @param dataAt the state of the data that came back
/// @param timeToRestoreMs until the copy could be used
public record LastProof(long restoreTest, long backup, Instant at, Instant dataAt, long timeToRestoreMs) {}
