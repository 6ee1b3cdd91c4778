package io.lockkeeper.restore;

import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.lockkeeper.job.JobContext;
import io.lockkeeper.postgres.ChildProcess;
import io.lockkeeper.postgres.ChildProcess.Command;
import io.lockkeeper.postgres.ClientLogin;
import io.lockkeeper.postgres.ClientTools;
import io.lockkeeper.postgres.PgConnector;
import io.lockkeeper.postgres.PgSession;
import io.lockkeeper.postgres.Sandbox;
import io.lockkeeper.postgres.ServerAddress;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The way into a sandbox for us and for programs. What the database that was backed up sets for its sessions must not
/// stop us: a database may be read-only by default, or give up on a statement after a second.
@Singleton
class CopyAccess {
    static final Duration LONGEST = Duration.ofDays(2);

    private static final Duration CONNECT = Duration.ofSeconds(15);
    private static final Map<String, String> PINNED = Map.of(
            "default_transaction_read_only", "off",
            "statement_timeout", "0",
            "lock_timeout", "0",
            "idle_in_transaction_session_timeout", "0",
            "row_security", "off",
            "role", "none");

    private final PgConnector connector;

    CopyAccess(PgConnector connector) {
        this.connector = connector;
    }

    PgSession connect(Sandbox sandbox, String database) throws InterruptedException {
        ServerAddress address = sandbox.address(database).withSettings(PINNED);
        try {
            return connector.connect(address, CONNECT);
        } catch (RuntimeException failed) {
            sandbox.demandLife();
            throw failed;
        }
    }

    /// Runs a program of PostgreSQL's on a database of a sandbox.
    ///
    /// @param stdout null: its lines come with those of stderr
    int run(
            JobContext job,
            Sandbox sandbox,
            String database,
            ClientTools tools,
            String program,
            List<String> arguments,
            ChildProcess.@Nullable Bytes stdout,
            Consumer<String> lines)
            throws IOException, InterruptedException {
        Map<String, String> environment = environment(job, sandbox, database);
        Command command = new Command(tools.program(program), arguments, job.directory(), environment);
        try {
            return stdout == null ? job.run(command, lines, LONGEST) : job.run(command, stdout, lines, LONGEST);
        } catch (TimeoutException late) {
            throw new Refused(Problem.conflict(
                    "tool-too-slow", program + " did not come to an end within " + LONGEST.toHours() + " hours."));
        }
    }

    private Map<String, String> environment(JobContext job, Sandbox sandbox, String database)
            throws IOException, InterruptedException {
        Path directory = job.directory().resolve("login");
        Files.createDirectories(directory);
        try (PgSession session = connect(sandbox, database)) {
            Map<String, String> environment = new TreeMap<>(ClientLogin.environment(session, directory));
            StringBuilder options = new StringBuilder(environment.getOrDefault("PGOPTIONS", ""));
            PINNED.forEach((name, value) ->
                    options.append(" -c ").append(name).append('=').append(value));
            environment.put("PGOPTIONS", options.toString());
            return environment;
        }
    }
}
