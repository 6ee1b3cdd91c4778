package io.lockkeeper.postgres;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/// `pg_ctl` on one data directory, as the user that the server runs as.
record PgCtl(Path program, Unprivileged user, Path data) {
    private static final Duration SLACK = Duration.ofSeconds(10);
    private static final Duration STOP = Duration.ofMinutes(1);

    /// Sessions are ended, what was committed is on disk.
    static final String FAST = "fast";

    /// As by a crash.
    static final String IMMEDIATE = "immediate";

    /// Returns when the server answers, or not at all.
    ChildProcess.Ended start(Path log, Map<String, String> settings, Duration bound)
            throws IOException, InterruptedException, TimeoutException {
        String options = new TreeMap<>(settings)
                .entrySet().stream()
                        .map(setting -> "-c " + shellQuoted(setting.getKey() + "=" + setting.getValue()))
                        .collect(Collectors.joining(" "));
        return run(
                bound,
                "start",
                "-D",
                data.toString(),
                "-l",
                log.toString(),
                "-w",
                "-t",
                seconds(bound),
                "-s",
                "-o",
                options);
    }

    /// Does nothing where no server runs.
    void stop(String mode) throws IOException, InterruptedException, TimeoutException {
        if (Postmaster.of(data).isEmpty()) {
            return; // PostgreSQL clears a stale pid file by itself
        }
        ChildProcess.Ended stopped =
                run(STOP, "stop", "-D", data.toString(), "-m", mode, "-w", "-t", seconds(STOP), "-s");
        if (!stopped.well() && Postmaster.of(data).isPresent()) {
            throw new IOException(stopped.text());
        }
    }

    private ChildProcess.Ended run(Duration bound, String... arguments)
            throws IOException, InterruptedException, TimeoutException {
        return ChildProcess.run(user.command(program, List.of(arguments)), bound.plus(SLACK));
    }

    private static String seconds(Duration duration) {
        return Long.toString(duration.toSeconds());
    }

    private static String shellQuoted(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
    }
}
