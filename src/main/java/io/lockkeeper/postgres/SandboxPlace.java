package io.lockkeeper.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;

/// Room for a sandbox whose data directory comes from a copy of a server: fill `data()`, bring it to a state by
/// [#recover], and let [Sandboxes#adopt] start it. Whoever does not get that far closes it, and all of it is gone.
public final class SandboxPlace implements AutoCloseable {
    private final PostgresBinaries binaries;
    private final Path home;
    private final CopiedCluster cluster;
    private boolean adopted;

    SandboxPlace(PostgresBinaries binaries, Path home, Map<String, String> settings) throws IOException {
        this.binaries = binaries;
        this.home = home;
        this.cluster = new CopiedCluster(binaries, home, settings);
        Files.createDirectory(
                data(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    /// Where the copied data directory belongs.
    public Path data() {
        return home.resolve("data");
    }

    /// A directory beside it, for what lay outside of it or is needed meanwhile.
    public Path directory(String name) throws IOException {
        return Files.createDirectories(home.resolve(name));
    }

    /// Takes from the copy what its owner set for it, and brings it to a consistent state. May be called again with
    /// another target after one was not reached.
    ///
    /// @throws RecoveryFailure if it cannot be brought there
    public void recover(Recovery recovery) throws IOException, InterruptedException {
        cluster.recover(recovery);
    }

    PostgresServer.Plan plan() {
        return PostgresServer.Plan.on(binaries, home).with(cluster.settings());
    }

    String superuser() {
        return cluster.superuser();
    }

    Path home() {
        return home;
    }

    void adopted() {
        adopted = true;
    }

    @Override
    public void close() {
        if (!adopted) {
            Sandboxes.remove(home);
        }
    }
}
