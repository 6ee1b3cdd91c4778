package io.lockkeeper.migration;

import io.lockkeeper.postgres.PgSession;
import io.lockkeeper.restore.RestoredCopy;
import java.util.Optional;

/// The sessions of a rehearsal on its copy.
///
/// @param migrating that the migrations run on, as the target's role if the copy has it
/// @param watcher of the governor, as on the target
/// @param observer sees what the server does
/// @param lookout looks at nothing but locks
record RehearsalSessions(
        PgSession migrating, PgSession watcher, PgSession observer, PgSession lookout, boolean asTheTargetsRole)
        implements AutoCloseable {

    static RehearsalSessions on(RestoredCopy copy, String role) throws InterruptedException {
        Optional<PgSession> own = copy.connectAs(role);
        PgSession migrating = own.isPresent() ? own.get() : copy.connect();
        return new RehearsalSessions(migrating, copy.connect(), copy.connect(), copy.connect(), own.isPresent());
    }

    @Override
    public void close() {
        migrating.close();
        watcher.close();
        observer.close();
        lookout.close();
    }
}
