package io.lockkeeper;

import io.lockkeeper.postgres.PostgresBinaries;
import io.lockkeeper.postgres.PostgresServer;
import io.lockkeeper.store.StoreAccess;
import io.lockkeeper.store.StoreAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Assumptions;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.postgresql.PostgreSQLContainer;

/// The one place that decides where the PostgreSQL servers of the tests come from: containers where a
/// Docker engine answers, else programs on this machine, else the server that comes as a Maven artifact.
/// One server for a major version and JVM, gone with it; a fresh database for every test that asks.
public final class TestServers {
    private static final int CONTAINER_MAJOR = 17;
    private static final String OWNER = "store_owner";
    private static final String SERVING = "store_serving";
    private static final String PASSWORD = "secret";
    private static final Path DIRECTORY = Path.of(
            System.getProperty("java.io.tmpdir"),
            "lockkeeper-tests-"
                    + Integer.toHexString(Path.of("").toAbsolutePath().hashCode()));
    private static final Map<String, String> HURRIED =
            Map.of("fsync", "off", "max_connections", "300", "max_prepared_transactions", "10");

    private TestServers() {}

    /// A running server, and its superuser.
    public record Server(int major, String host, int port, String username, String password) {

        /// A database of the server, as the superuser.
        public StoreAddress address(String database) {
            return as(username, password, database);
        }

        public StoreAddress as(String username, String password, String database) {
            return StoreAddress.local(host, port, database, username, password);
        }

        /// A new and empty database, as the superuser.
        public StoreAddress emptyDatabase() {
            String name = freshName();
            execute(address("postgres"), "CREATE DATABASE " + name);
            return address(name);
        }

        private static Server parse(String text) {
            String[] parts = text.split(" ");
            return new Server(Integer.parseInt(parts[0]), parts[1], Integer.parseInt(parts[2]), parts[3], parts[4]);
        }

        private String text() {
            return major + " " + host + " " + port + " " + username + " " + password;
        }
    }

    /// The server that tests use when the version does not matter.
    public static Server server() {
        return Server.parse(once("any", () -> containerOr(CONTAINER_MAJOR, () -> local(newest(), "any"))
                .text()));
    }

    /// A server of one major version; the test is skipped, with a message, where there is none.
    public static Server server(int major) {
        if (server().major() == major) {
            return server();
        }
        return Server.parse(
                once("major-" + major, () -> containerOr(major, () -> local(ofMajor(major), "major-" + major))
                        .text()));
    }

    /// A new and empty database, as the superuser.
    public static StoreAddress emptyDatabase() {
        return server().emptyDatabase();
    }

    /// A new database with our schema in it, as the role that owns the tables (which is no superuser).
    public static StoreAddress freshDatabase() {
        return freshStore().owner();
    }

    /// A new database with our schema in it, with both roles.
    public static StoreAccess freshStore() {
        String template = once("template", () -> {
            StoreAccess store = emptyStore();
            migrate(store);
            return store.owner().database();
        });
        return store(" TEMPLATE " + template);
    }

    /// A new database without tables, with both roles: what Lockkeeper finds at its first start.
    public static StoreAccess emptyStore() {
        return store("");
    }

    /// Brings the schema up to date, as the application does at its start.
    public static void migrate(StoreAccess store) {
        StoreAddress owner = store.owner();
        Flyway.configure()
                .dataSource(owner.jdbcUrl(), owner.username(), owner.password().orElse(""))
                .placeholders(Map.of("serving_role", store.serving().username()))
                .load()
                .migrate();
    }

    /// What a test no longer needs; a server with hundreds of databases takes long to stop and to delete.
    public static void drop(StoreAddress database) {
        execute(server().address("postgres"), "DROP DATABASE IF EXISTS " + database.database() + " WITH (FORCE)");
    }

    public static Connection connect(StoreAddress address) throws SQLException {
        return DriverManager.getConnection(
                address.jdbcUrl(), address.username(), address.password().orElse(""));
    }

    public static void execute(StoreAddress address, String... statements) {
        try (Connection connection = connect(address);
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
    }

    private static StoreAccess store(String template) {
        Server server = server();
        once("roles", () -> {
            String login = " LOGIN PASSWORD '" + PASSWORD + "'";
            execute(server.address("postgres"), "CREATE ROLE " + OWNER + login, "CREATE ROLE " + SERVING + login);
            return "made";
        });
        String name = freshName();
        execute(server.address("postgres"), "CREATE DATABASE " + name + " OWNER " + OWNER + template);
        return new StoreAccess(server.as(SERVING, PASSWORD, name), server.as(OWNER, PASSWORD, name));
    }

    private static String freshName() {
        return "t" + UUID.randomUUID().toString().replace("-", "");
    }

    /// Facts about a running server are kept where every class loader of this JVM sees them: Quarkus has several.
    private static String once(String what, Supplier<String> make) {
        String name = "lockkeeper.test-servers." + what;
        synchronized (System.getProperties().getClass()) {
            if (System.getProperty(name) == null) {
                System.setProperty(name, make.get());
            }
            return System.getProperty(name);
        }
    }

    private static Server containerOr(int major, Supplier<Server> otherwise) {
        if (!dockerMayAnswer() || !DockerClientFactory.instance().isDockerAvailable()) {
            return otherwise.get();
        }
        try {
            return container(major);
        } catch (RuntimeException noImage) {
            System.err.println(
                    "No container postgres:" + major + " (" + noImage.getMessage() + "), so a local server.");
            return otherwise.get();
        }
    }

    /// Spares machines without Docker the long search of Testcontainers, with all its warnings.
    private static boolean dockerMayAnswer() {
        return System.getenv("DOCKER_HOST") != null
                || Files.exists(Path.of("/var/run/docker.sock"))
                || Files.exists(Path.of(System.getProperty("user.home"), ".testcontainers.properties"));
    }

    private static Server container(int major) {
        @SuppressWarnings("resource") // lives as long as the JVM, then Testcontainers removes it
        var container = new PostgreSQLContainer("postgres:" + major)
                .withCommand(
                        "postgres",
                        "-c",
                        "fsync=off",
                        "-c",
                        "max_connections=300",
                        "-c",
                        "max_prepared_transactions=10");
        container.start();
        Runtime.getRuntime().addShutdownHook(new Thread(container::stop));
        return new Server(
                major,
                container.getHost(),
                container.getMappedPort(5432),
                container.getUsername(),
                container.getPassword());
    }

    private static PostgresBinaries newest() {
        return uninterrupted(() -> PostgresBinaries.find(Optional.empty(), DIRECTORY.resolve("cache")));
    }

    private static PostgresBinaries ofMajor(int major) {
        Optional<PostgresBinaries> found =
                uninterrupted(() -> PostgresBinaries.ofMajor(major, Optional.empty(), DIRECTORY.resolve("cache")));
        Assumptions.assumeTrue(
                found.isPresent(),
                "no PostgreSQL " + major + " here: install it, or run a Docker engine, for this test");
        return found.orElseThrow();
    }

    /// The place of a server that was left behind by a killed run is used again (which ends that server); a
    /// place in use by another run at the same time is not.
    private static Server local(PostgresBinaries binaries, String name) {
        for (int place = 1; ; place++) {
            Path home = DIRECTORY.resolve(name + "-" + place);
            try {
                PostgresServer server = uninterrupted(() -> PostgresServer.start(
                        PostgresServer.Plan.on(binaries, home).with(HURRIED)));
                Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                    server.close();
                    delete(home);
                }));
                return new Server(
                        server.major(), server.host(), server.port(), PostgresServer.SUPERUSER, server.password());
            } catch (PostgresServer.Failure failed) {
                boolean inUse = failed.getMessage().contains("belongs to another");
                if (place == 10) {
                    throw failed;
                }
                if (!inUse) { // a run that was killed while it tidied up
                    delete(home);
                }
            }
        }
    }

    private static void delete(Path tree) {
        try (Stream<Path> all = Files.walk(tree)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException left) {
            System.err.println("Left behind: " + tree);
        }
    }

    private interface Step<T> {
        T take() throws IOException, InterruptedException;
    }

    private static <T> T uninterrupted(Step<T> step) {
        try {
            return step.take();
        } catch (IOException | InterruptedException failed) {
            throw new IllegalStateException(failed);
        }
    }
}
