package io.lockkeeper.postgres;

import io.lockkeeper.store.StoreAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/// A server that a test has for itself, of one version: to be copied whole, killed, and started again from a copy.
public final class OwnCluster implements AutoCloseable {
    private static final Map<String, String> HURRIED = Map.of("fsync", "off", "max_connections", "30");

    private final Path home;
    private final PostgresBinaries binaries;
    private final String password;
    private final Map<String, String> settings = new HashMap<>(HURRIED);
    private PostgresServer server;

    private OwnCluster(Path home, PostgresBinaries binaries, String password, Map<String, String> more)
            throws Exception {
        this.home = home;
        this.binaries = binaries;
        this.settings.putAll(more);
        this.server =
                PostgresServer.start(PostgresServer.Plan.on(binaries, home).with(settings));
        this.password = password == null ? server.password() : password;
    }

    public static OwnCluster start(int major) {
        return start(major, Map.of());
    }

    public static OwnCluster start(int major, Map<String, String> settings) {
        try {
            return new OwnCluster(freshHome(), binaries(major), null, settings);
        } catch (Exception failed) {
            throw new IllegalStateException(failed);
        }
    }

    /// From a data directory that somebody restored; it becomes this server's own.
    public static OwnCluster on(int major, Path data, String password, Map<String, String> settings) {
        try {
            Path home = freshHome();
            Files.move(data, home.resolve("data"));
            return new OwnCluster(home, binaries(major), password, settings);
        } catch (Exception failed) {
            throw new IllegalStateException(failed);
        }
    }

    /// On the directory `data` in a home that somebody made, where it lies.
    public static OwnCluster at(int major, Path home, String password, Map<String, String> settings) {
        try {
            return new OwnCluster(home, binaries(major), password, settings);
        } catch (Exception failed) {
            throw new IllegalStateException(failed);
        }
    }

    private static PostgresBinaries binaries(int major) throws InterruptedException {
        Optional<PostgresBinaries> found = PostgresBinaries.ofMajor(major, Optional.empty(), Path.of("/nowhere"));
        Assumptions.assumeTrue(found.isPresent(), "no PostgreSQL " + major + " here");
        return found.orElseThrow();
    }

    private static Path freshHome() throws IOException {
        Path home = Files.createTempDirectory("lockkeeper-own");
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
        return home;
    }

    /// A directory that the server may use, such as for a tablespace.
    public Path directory(String name) {
        try {
            Path directory = Files.createDirectories(home.resolve(name));
            Unprivileged.reaching(home).give(directory);
            return directory;
        } catch (IOException | InterruptedException failed) {
            throw new IllegalStateException(failed);
        }
    }

    public Path data() {
        return home.resolve("data");
    }

    public String log() {
        try {
            return Files.readString(home.resolve("server.log"));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    public int port() {
        return server.port();
    }

    public int major() {
        return binaries.major();
    }

    public String password() {
        return password;
    }

    public Path program(String name) {
        return binaries.program(name);
    }

    public StoreAddress address() {
        return StoreAddress.local("127.0.0.1", port(), "postgres", PostgresServer.SUPERUSER, password);
    }

    /// Stopped and started again, on the same port, with these settings as well.
    public void restart(Map<String, String> more) {
        stop();
        start(more);
    }

    public void stop() {
        server.close();
    }

    public void start(Map<String, String> more) {
        int port = server.port();
        settings.putAll(more);
        try {
            server = PostgresServer.start(
                    PostgresServer.Plan.on(binaries, home).with(settings).preferring(port));
        } catch (IOException | InterruptedException failed) {
            throw new IllegalStateException(failed);
        }
    }

    public void sql(String... statements) {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
    }

    public String one(String sql) {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() ? rows.getString(1) : null;
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(address().jdbcUrl(), address().username(), password);
    }

    /// Runs one of the server's programs as its superuser.
    public String run(String program, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        Map<String, String> environment = Map.of(
                "PGHOST",
                "127.0.0.1",
                "PGPORT",
                Integer.toString(port()),
                "PGUSER",
                PostgresServer.SUPERUSER,
                "PGPASSWORD",
                password,
                "PGDATABASE",
                "postgres");
        try {
            ChildProcess.Ended ended = ChildProcess.run(
                    new ChildProcess.Command(program(program), all, home, environment), Duration.ofMinutes(2));
            if (!ended.well()) {
                throw new IllegalStateException(program + ": " + ended.text());
            }
            return ended.text();
        } catch (IOException | InterruptedException | java.util.concurrent.TimeoutException failed) {
            throw new IllegalStateException(failed);
        }
    }

    /// Runs a program as the user that the server runs as, with a way in to it.
    public ChildProcess.Ended asOwner(Path program, String... arguments) {
        try {
            ChildProcess.Command command = Unprivileged.reaching(home).command(program, List.of(arguments));
            Map<String, String> environment = Map.of("PGHOST", "127.0.0.1", "PGPASSWORD", password);
            return ChildProcess.run(
                    new ChildProcess.Command(command.program(), command.arguments(), home, environment),
                    Duration.ofMinutes(2));
        } catch (IOException | InterruptedException | java.util.concurrent.TimeoutException failed) {
            throw new IllegalStateException(failed);
        }
    }

    @Override
    public void close() {
        try {
            server.close();
        } finally {
            delete(home);
        }
    }

    public static void delete(Path tree) {
        try (Stream<Path> all = Files.walk(tree)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException left) {
            System.err.println("Left behind: " + tree);
        }
    }
}
