package io.lockkeeper.restore;

/// A way to make a server of a backup.
interface Restoring {
    /// Fills a sandbox and hands it over with what was noticed on the way; if it throws, there is none
    /// left.
    ///
    /// @throws io.lockkeeper.depot.DepotFailure for bytes that are not what was brought to the depot: a
    /// verdict, made by the caller
    /// @throws Unrestorable if there is no copy that could be looked at, and why: a verdict as well
    /// @throws io.lockkeeper.job.PermanentFailure if it could not be tried, which says nothing about
    /// the backup
    Restored restore(Restoration wanted) throws Exception;
}
