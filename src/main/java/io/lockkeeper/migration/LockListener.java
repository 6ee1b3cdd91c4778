package io.lockkeeper.migration;

import java.time.Duration;
import java.util.List;

/// Hears how a migration gets its locks, while it does. Called from the migration's thread and from its
/// watcher's; must not block.
interface LockListener {
    LockListener NOBODY = new LockListener() {};

    /// Somebody is in the way: the try waits for them, or has not begun because of them.
    default void waiting(int tryNo, List<Blocker> blockers) {}

    /// Nobody is in the way any more.
    default void goesOn() {}

    /// Sessions wait behind the migration. Told once a second at most.
    default void blocking(int sessions, Duration longest) {}

    /// A try was given up; there will be another one.
    default void backsOff(int tryNo, String why, Duration rest) {}

    /// Something else that people should know of.
    default void remark(String what) {}

    /// How far an index is built.
    default void progress(int percent, String message) {}
}
