package io.lockkeeper.restore;

import io.lockkeeper.dump.Fingerprint;
import io.lockkeeper.postgres.Sandbox;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A backup that is a server again. Whoever has it closes it.
///
/// @param database the one that the backup is of
/// @param dataAt the state of its data, by the target's clock
/// @param expected what the copy is to be held against; none: it can only be read
/// @param findings of the restore itself
record Restored(
        Sandbox sandbox,
        String database,
        Instant dataAt,
        @Nullable Fingerprint expected,
        Findings findings) implements AutoCloseable {

    Restored with(Findings more) {
        return new Restored(sandbox, database, dataAt, expected, findings.plus(more));
    }

    @Override
    public void close() {
        sandbox.close();
    }
}
