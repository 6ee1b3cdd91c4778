package io.lockkeeper.restore;

import io.lockkeeper.postgres.PgConnector;
import io.lockkeeper.postgres.Sandboxes;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/// Where throw-away servers lie.
@Singleton
class SandboxHome {
    private static final Logger LOG = Logger.getLogger(SandboxHome.class);

    private final Path directory;
    private final Optional<Path> programs;
    private final Path cache;

    SandboxHome(
            @ConfigProperty(name = "lockkeeper.sandbox.directory") Optional<Path> directory,
            @ConfigProperty(name = "lockkeeper.postgres.bin") Optional<Path> programs,
            @ConfigProperty(name = "lockkeeper.home", defaultValue = ".lockkeeper") Path home) {
        this.directory = directory.orElseGet(() -> home.resolve("sandboxes"));
        this.programs = programs;
        this.cache = home.resolve("cache");
    }

    @Produces
    @Singleton
    Sandboxes sandboxes(PgConnector connector) {
        return new Sandboxes(directory, programs, cache, connector);
    }

    void close(@Disposes Sandboxes sandboxes) {
        sandboxes.close();
    }

    /// What an instance left behind that was killed; no start hangs on it.
    void sweep(@Observes StartupEvent up, Sandboxes sandboxes) {
        Thread.ofVirtual().name("sweep-sandboxes").start(() -> {
            try {
                sandboxes.sweep();
            } catch (IOException unreadable) {
                LOG.warnf("sandboxes that were left behind could not be swept: %s", unreadable.getMessage());
            }
        });
    }
}
