package io.lockkeeper.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeoutException;

/// Fresh data for throw-away servers: copied from what `initdb` made once for each major version, for that takes longer
/// than all the rest of a start. The password is copied as well: whoever starts the server changes it.
final class EmptyClusters {
    private static final Duration COPY = Duration.ofMinutes(3);
    private static final Map<String, String> THROWN_AWAY = Map.of("fsync", "off");

    /// Puts a data directory into a server's home; the original lies beside it.
    synchronized void fill(Path home, PostgresBinaries binaries) throws IOException, InterruptedException {
        Path original = home.resolveSibling("empty-" + binaries.major());
        try {
            if (PostgresServer.majorOfDataIn(original).isEmpty()) {
                make(original, binaries);
            }
            Path cp = BinDirectories.program("cp").orElseThrow(() -> new IOException("there is no cp here"));
            ChildProcess.Ended copied = ChildProcess.run(
                    ChildProcess.Command.of(
                            cp,
                            "-a",
                            original.resolve("data").toString(),
                            original.resolve("password").toString(),
                            home.toString()),
                    COPY);
            if (!copied.well()) {
                throw new IOException("an empty cluster could not be copied: " + copied.text());
            }
        } catch (TimeoutException slow) {
            throw new IOException("an empty cluster could not be made: " + slow.getMessage(), slow);
        }
    }

    private static void make(Path original, PostgresBinaries binaries)
            throws IOException, InterruptedException, TimeoutException {
        Files.createDirectories(original);
        Unprivileged user = Unprivileged.reaching(original, binaries.directory());
        user.give(original);
        new NewData(PostgresServer.Plan.on(binaries, original).with(THROWN_AWAY), user).make();
    }
}
