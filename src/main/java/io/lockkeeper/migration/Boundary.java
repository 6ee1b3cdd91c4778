package io.lockkeeper.migration;

/// Hears where a run is between two things that it does; whoever throws there ends it there.
@FunctionalInterface
interface Boundary {
    /// @param done migrations that are at their end
    void at(int done, String where);
}
