package io.lockkeeper.postgres;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/// A PostgreSQL server of our own on this machine: the embedded store, a server for tests, a sandbox. It
/// listens on the loopback address only (or on a socket in a directory only), wants a password (SCRAM) from
/// everybody, and keeps PostgreSQL's own durable settings unless told otherwise.
///
/// `home` holds all of it: `data`, `server.log`, `password` (readable for us only) and `lock`, which says
/// that a living process uses it. A server that was left behind by a process that died is ended before a
/// new one starts on the same data. The server is no child of ours: a Ctrl-C in the terminal does not reach
/// it, so that we can stop after our own last write.
public final class PostgresServer implements AutoCloseable {
    /// The superuser, and the database that it connects to.
    public static final String SUPERUSER = "lockkeeper_root";

    public static final String MAINTENANCE_DATABASE = "postgres";

    private static final Duration START = Duration.ofMinutes(2); // crash recovery takes its time
    private static final Duration PAUSE = Duration.ofMillis(300);
    private static final int STARTS_TRIED = 10;
    private static final Pattern PASSES = Pattern.compile("could not bind|could not create any TCP|is still in use");
    private static final long LARGE_LOG = 20_000_000;
    private static final int LAST_WORDS = 16 * 1024;

    /// The server cannot be had; the message is one sentence for the operator.
    public static final class Failure extends RuntimeException {
        public Failure(String sentence) {
            super(sentence, null, false, false);
        }
    }

    /// What to start. `preferredPort` is taken when it is free (0: any port); with a `socketDirectory` the
    /// server is on no network at all; `settings` are set above the configuration file.
    public record Plan(
            PostgresBinaries binaries,
            Path home,
            int preferredPort,
            Optional<Path> socketDirectory,
            Map<String, String> settings) {
        public Plan {
            home = home.toAbsolutePath().normalize();
            settings = Map.copyOf(settings);
        }

        public static Plan on(PostgresBinaries binaries, Path home) {
            return new Plan(binaries, home, 0, Optional.empty(), Map.of());
        }

        public Plan preferring(int port) {
            return new Plan(binaries, home, port, socketDirectory, settings);
        }

        public Plan onSocketIn(Path directory) {
            return new Plan(binaries, home, preferredPort, Optional.of(directory.toAbsolutePath()), settings);
        }

        public Plan with(Map<String, String> settings) {
            return new Plan(binaries, home, preferredPort, socketDirectory, settings);
        }
    }

    private final Plan plan;
    private final Unprivileged user;
    private final PgCtl control;
    private final ServerLog log;
    private final FileChannel lock;
    private int port;

    /// Starts the server and returns when it answers.
    public static PostgresServer start(Plan plan) throws IOException, InterruptedException {
        Files.createDirectories(plan.home());
        FileChannel lock = ServerLock.on(plan.home());
        try {
            var server = new PostgresServer(
                    plan, Unprivileged.reaching(plan.home(), plan.binaries().directory()), lock);
            server.prepare();
            server.launch();
            return server;
        } catch (TimeoutException slow) {
            lock.close();
            throw new Failure("The PostgreSQL server in " + plan.home() + " did not get ready: " + slow.getMessage());
        } catch (IOException | InterruptedException | RuntimeException failed) {
            lock.close();
            throw failed;
        }
    }

    /// The major version that a home's data was made by; nothing when there is no data yet.
    public static Optional<Integer> majorOfDataIn(Path home) throws IOException {
        Path version = home.resolve("data").resolve("PG_VERSION");
        return Files.exists(version)
                ? Optional.of(Integer.valueOf(Files.readString(version).strip()))
                : Optional.empty();
    }

    private PostgresServer(Plan plan, Unprivileged user, FileChannel lock) {
        this.plan = plan;
        this.user = user;
        this.control = new PgCtl(plan.binaries().program("pg_ctl"), user, data());
        this.log = new ServerLog(plan.home().resolve("server.log"));
        this.lock = lock;
    }

    /// The loopback address, or the directory of the socket, as libpq wants it.
    public String host() {
        return plan.socketDirectory().map(Path::toString).orElse("127.0.0.1");
    }

    public int port() {
        return port;
    }

    public int major() {
        return plan.binaries().major();
    }

    Plan plan() {
        return plan;
    }

    /// The superuser's password.
    public String password() {
        try {
            return Files.readString(plan.home().resolve("password")).strip();
        } catch (IOException unreadable) {
            throw new Failure("The password of the PostgreSQL server in " + plan.home() + " cannot be read: "
                    + unreadable.getMessage());
        }
    }

    /// Whether the server process is there; it does not say that it answers.
    public boolean isAlive() throws IOException {
        return Postmaster.of(data()).isPresent();
    }

    /// The server process, for tests that kill it.
    public Optional<ProcessHandle> process() throws IOException {
        return Postmaster.of(data());
    }

    /// Stops the server: sessions are ended, what was committed is on disk. Does nothing to a stopped one.
    @Override
    public void close() {
        close(PgCtl.FAST);
    }

    synchronized void close(String mode) {
        if (!lock.isOpen()) {
            return;
        }
        try {
            control.stop(mode);
        } catch (IOException | TimeoutException failed) {
            throw new Failure("The PostgreSQL server in " + plan.home() + " did not stop: " + failed.getMessage());
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        } finally {
            unlock();
        }
    }

    private void prepare() throws IOException, InterruptedException, TimeoutException {
        user.give(plan.home());
        if (majorOfDataIn(plan.home()).isEmpty()) {
            new NewData(plan, user).make();
        } else {
            control.stop(PgCtl.FAST);
        }
        dropLargeLog();
    }

    /// Tried again on another port when somebody took ours between our look and the server's bind, and a
    /// little later when children of a killed server are still on their way out.
    private void launch() throws IOException, InterruptedException, TimeoutException {
        for (int attempt = 1; ; attempt++) {
            port = attempt == 1 && LoopbackPort.isFree(plan.preferredPort())
                    ? plan.preferredPort()
                    : LoopbackPort.free();
            long logged = log.length();
            ChildProcess.Ended started = control.start(log.file(), settings(), START);
            if (started.well()) {
                return;
            }
            String said = started.text() + "\n" + log.end(logged, LAST_WORDS);
            if (attempt == STARTS_TRIED || !PASSES.matcher(said).find()) {
                throw new Failure("The PostgreSQL server in " + plan.home() + " did not start: " + said.strip());
            }
            Thread.sleep(PAUSE);
        }
    }

    private Map<String, String> settings() {
        Map<String, String> settings = new TreeMap<>(plan.settings());
        settings.put("port", Integer.toString(port));
        settings.put("listen_addresses", plan.socketDirectory().isPresent() ? "" : "127.0.0.1");
        settings.put(
                "unix_socket_directories",
                plan.socketDirectory().map(Path::toString).orElse(""));
        settings.put("logging_collector", "off");
        return settings;
    }

    private void unlock() {
        try {
            lock.close();
        } catch (IOException gone) {
            // Closed is closed.
        }
    }

    private Path data() {
        return plan.home().resolve("data");
    }

    private void dropLargeLog() throws IOException {
        if (log.length() > LARGE_LOG) {
            Files.delete(log.file());
        }
    }
}
