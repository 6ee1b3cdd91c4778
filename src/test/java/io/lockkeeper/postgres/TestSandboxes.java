package io.lockkeeper.postgres;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/// Sandboxes for tests without Quarkus; gone with the JVM at the latest.
public final class TestSandboxes {
    private static Sandboxes shared;

    private TestSandboxes() {}

    public static synchronized Sandboxes shared() {
        if (shared == null) {
            try {
                Path root = Files.createTempDirectory("lockkeeper-sandboxes");
                Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-xr-x"));
                shared = new Sandboxes(root, Optional.empty(), root.resolve("cache"), new PgConnector(Vertx.vertx()));
                Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                    shared.close();
                    HeldDirectory.remove(root);
                }));
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        }
        return shared;
    }

    /// The test is skipped where there is no server of this version.
    public static Sandbox start(int major) throws Exception {
        try {
            return shared().start(Sandbox.Wanted.of(major));
        } catch (SandboxFailure failure) {
            Assumptions.assumeFalse(failure.reason() == SandboxFailure.Reason.NO_PROGRAMS, failure.getMessage());
            throw failure;
        }
    }
}
