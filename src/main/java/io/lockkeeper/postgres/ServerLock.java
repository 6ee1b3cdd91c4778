package io.lockkeeper.postgres;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Says that a living process uses a server's home; held as long as the channel is open.
final class ServerLock {
    private ServerLock() {}

    /// The operating system frees the lock when we die, whatever kills us.
    static FileChannel on(Path home) throws IOException {
        FileChannel channel =
                FileChannel.open(home.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (channel.tryLock() != null) {
                return channel;
            }
        } catch (OverlappingFileLockException ourselves) {
            // Held by this very process: as taken as by another one.
        }
        channel.close();
        throw new PostgresServer.Failure(
                "The PostgreSQL server in " + home
                        + " belongs to another running Lockkeeper: stop that one, or set LOCKKEEPER_HOME to another directory.");
    }
}
