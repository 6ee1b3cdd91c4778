package io.lockkeeper.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;

/// A server that nobody owns any more: the process that started it is gone, or could not stop it.
final class LeftServer {
    private static final Logger LOG = Logger.getLogger(LeftServer.class);
    private static final Duration DEATH = Duration.ofSeconds(10);
    private static final Duration PAUSE = Duration.ofMillis(20);

    private LeftServer() {}

    /// Ends it by its own program, which also clears its shared memory; by force where that does not help. A process
    /// that only has its number is spared.
    static void end(Path home) {
        try {
            Path data = home.resolve("data");
            Optional<ProcessHandle> server = Postmaster.of(data);
            if (server.isPresent()) {
                endAtOnce(server.get(), home, data);
            }
        } catch (IOException | NumberFormatException unreadable) {
            LOG.warnf("whether a server runs in %s cannot be told: %s", home, unreadable);
        }
    }

    private static void endAtOnce(ProcessHandle server, Path home, Path data) throws IOException {
        Optional<Path> program = server.info()
                .command()
                .map(command -> Path.of(command).resolveSibling("pg_ctl"))
                .filter(Files::isExecutable);
        try {
            if (program.isPresent()) {
                Unprivileged user = Unprivileged.reaching(home, program.get().getParent());
                new PgCtl(program.get(), user, data).stop(PgCtl.IMMEDIATE);
            }
        } catch (TimeoutException | IOException | PostgresServer.Failure stubborn) {
            LOG.warnf("the server in %s has to be killed: %s", home, stubborn.getMessage());
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        }
        if (Postmaster.of(data).isPresent()) {
            server.destroyForcibly();
            awaitEnd(server);
        }
    }

    private static void awaitEnd(ProcessHandle server) {
        long end = System.nanoTime() + DEATH.toNanos();
        while (server.isAlive() && System.nanoTime() < end) {
            try {
                Thread.sleep(PAUSE);
            } catch (InterruptedException hurry) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
