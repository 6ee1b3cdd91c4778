package io.lockkeeper.migration;

/// How one migration stands on a target.
public enum MigrationState {
    APPLIED,
    PENDING,
    /// Its tool's history says that it went wrong, or does not know how it went.
    FAILED,
    /// It has run, and its file is another one now.
    CHANGED,
    /// It has run, and no file of the bundle is it.
    MISSING,
    /// It has not run, and one that comes after it has.
    OUT_OF_ORDER,
    /// It lies below the baseline: what it makes was there before the tool.
    BELOW_BASELINE
}
