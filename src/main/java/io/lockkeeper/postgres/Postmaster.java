package io.lockkeeper.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// The main process of a PostgreSQL server, as its data directory tells.
final class Postmaster {
    private static final Duration SLACK = Duration.ofSeconds(10);

    private Postmaster() {}

    /// The living server of this data directory. The number in its pid file may since belong to a stranger: it must be
    /// a postgres, and no younger than the file says.
    static Optional<ProcessHandle> of(Path data) throws IOException {
        List<String> file;
        try {
            file = Files.readAllLines(data.resolve("postmaster.pid"));
        } catch (NoSuchFileException none) {
            return Optional.empty();
        }
        if (file.size() < 3) {
            return Optional.empty();
        }
        Instant atLatest =
                Instant.ofEpochSecond(Long.parseLong(file.get(2).strip())).plus(SLACK);
        return ProcessHandle.of(Long.parseLong(file.getFirst().strip()))
                .filter(ProcessHandle::isAlive)
                .filter(process -> process.info().command().orElse("postgres").contains("postgres"))
                .filter(process ->
                        process.info().startInstant().orElse(atLatest).compareTo(atLatest) <= 0);
    }
}
