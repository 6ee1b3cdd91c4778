package io.lockkeeper.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PostgresServerTest {
    private static final Map<String, String> HURRIED = Map.of("fsync", "off");

    @TempDir
    static Path cache;

    @TempDir
    Path directory;

    private PostgresBinaries binaries;
    private Path home;
    private PostgresServer server;

    @BeforeEach
    void findBinaries() throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setPosixFilePermissions(cache, PosixFilePermissions.fromString("rwxr-xr-x"));
        binaries = PostgresBinaries.find(Optional.empty(), cache);
        home = directory.resolve("it's a server");
    }

    @AfterEach
    void stop() {
        if (server != null) {
            server.close();
        }
    }

    @Test
    void keepsItsDataAndEndsWhenClosed() throws Exception {
        server = PostgresServer.start(plan());
        run("CREATE TABLE kept AS SELECT 42 AS answer");
        server.close();
        assertThat(server.isAlive()).isFalse();

        server = PostgresServer.start(plan());
        assertThat(one("SELECT answer FROM kept")).isEqualTo("42");
    }

    @Test
    void isDurableUnlessToldOtherwise() throws Exception {
        server = PostgresServer.start(PostgresServer.Plan.on(binaries, home));
        assertThat(one("SHOW fsync")).isEqualTo("on");
        assertThat(one("SHOW full_page_writes")).isEqualTo("on");
        assertThat(one("SHOW synchronous_commit")).isEqualTo("on");
        assertThat(one("SHOW data_checksums")).isEqualTo("on");
    }

    @Test
    void letsNobodyInWithoutThePassword() throws Exception {
        server = PostgresServer.start(plan());
        assertThatThrownBy(() -> connect("wrong"))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("password");
        assertThat(one("SHOW listen_addresses")).isEqualTo("127.0.0.1");
        assertThat(one("SHOW password_encryption")).isEqualTo("scram-sha-256");
        assertThat(Files.getPosixFilePermissions(home.resolve("password")))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
        assertThat(home.resolve("initdb-password")).doesNotExist();
    }

    @Test
    void isOnNoNetworkWhenItHasASocket() throws Exception {
        Path sockets = Files.createTempDirectory("lk"); // a socket's path must be short
        Files.setPosixFilePermissions(sockets, PosixFilePermissions.fromString("rwxrwxrwx"));
        server = PostgresServer.start(plan().onSocketIn(sockets));
        assertThat(server.host()).isEqualTo(sockets.toString());
        assertThat(sockets.resolve(".s.PGSQL." + server.port())).exists();
        assertThatThrownBy(
                        () -> DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + server.port() + "/postgres"))
                .hasMessageContaining("refused");
        server.close();
        Files.delete(sockets);
    }

    @Test
    void takesAnotherPortWhenThePreferredOneIsTaken() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            server = PostgresServer.start(plan().preferring(taken.getLocalPort()));
            assertThat(server.port()).isNotEqualTo(taken.getLocalPort());
        }
    }

    @Test
    void refusesDataThatAnotherOneUses() throws Exception {
        server = PostgresServer.start(plan());
        assertThatThrownBy(() -> PostgresServer.start(plan()))
                .isInstanceOf(PostgresServer.Failure.class)
                .hasMessageContaining("belongs to another running Lockkeeper");
        assertThat(one("SELECT 'still there'")).isEqualTo("still there");
    }

    @Test
    void saysInOneMessageWhyItDoesNotStart() {
        assertThatThrownBy(() -> PostgresServer.start(plan().with(Map.of("no_such_setting", "1"))))
                .isInstanceOf(PostgresServer.Failure.class)
                .hasMessageContaining("did not start")
                .hasMessageContaining("no_such_setting");
    }

    @Test
    void recoversFromItsOwnSuddenDeath() throws Exception {
        server = PostgresServer.start(plan());
        run("CREATE TABLE kept AS SELECT 42 AS answer");
        server.process().orElseThrow().destroyForcibly();
        await().until(() -> !server.isAlive());
        server.close();

        server = PostgresServer.start(plan());
        assertThat(one("SELECT answer FROM kept")).isEqualTo("42");
    }

    @Test
    void beginsAnewWhereInitdbWasCutOff() throws Exception {
        Path cutOff = Files.createDirectories(home.resolve("data-unfinished"));
        Files.writeString(cutOff.resolve("PG_VERSION"), binaries.major() + "\n");
        server = PostgresServer.start(plan());
        assertThat(one("SELECT 1")).isEqualTo("1");
        assertThat(cutOff).doesNotExist();
    }

    @Test
    void endsAServerThatAKilledJvmLeftBehind() throws Exception {
        Process other = anotherJvmWithAServer();
        long left = postmasterPid();
        other.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
        assertThat(ProcessHandle.of(left)).isPresent();

        server = PostgresServer.start(plan());
        assertThat(postmasterPid()).isNotEqualTo(left); // two on the same data are impossible
        assertThat(one("SELECT 1")).isEqualTo("1");
    }

    @Test
    void sparesAStrangerWhoGotTheOldNumber() throws Exception {
        server = PostgresServer.start(plan());
        server.close();
        Process stranger = new ProcessBuilder("sleep", "1000").start();
        try {
            Files.writeString(
                    home.resolve("data/postmaster.pid"), stranger.pid() + "\n" + home + "\n1700000000\n5432\n\n\n");
            server = PostgresServer.start(plan());
            assertThat(stranger.isAlive()).isTrue();
        } finally {
            stranger.destroyForcibly();
        }
    }

    @Test
    void runsWhatComesWithTheApplication() throws Exception {
        Optional<Path> bundled = BundledPostgres.unpack(cache);
        assumeTrue(bundled.isPresent(), "no server comes with the application on this platform");
        int major = BinDirectories.majorOf(bundled.get().resolve("postgres")).orElseThrow();
        server = PostgresServer.start(PostgresServer.Plan.on(new PostgresBinaries(bundled.get(), major), home)
                .with(HURRIED));
        assertThat(one("SHOW server_version")).startsWith(major + ".");
        assertThat(one("SHOW server_encoding")).isEqualTo("UTF8");
    }

    private Process anotherJvmWithAServer() throws IOException {
        Process jvm = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        ServerInAnotherJvm.class.getName(),
                        binaries.directory().toString(),
                        Integer.toString(binaries.major()),
                        home.toString())
                .redirectErrorStream(true)
                .start();
        String said = jvm.inputReader().readLine();
        assertThat(said).isEqualTo("started");
        return jvm;
    }

    static final class ServerInAnotherJvm {
        public static void main(String[] args) throws Exception {
            var binaries = new PostgresBinaries(Path.of(args[0]), Integer.parseInt(args[1]));
            PostgresServer.start(
                    PostgresServer.Plan.on(binaries, Path.of(args[2])).with(HURRIED));
            System.out.println("started");
            Thread.sleep(Duration.ofMinutes(5));
        }
    }

    private long postmasterPid() throws IOException {
        return Long.parseLong(Files.readAllLines(home.resolve("data/postmaster.pid"))
                .getFirst()
                .strip());
    }

    private PostgresServer.Plan plan() {
        return PostgresServer.Plan.on(binaries, home).with(HURRIED);
    }

    private Connection connect(String password) throws SQLException {
        String url = "jdbc:postgresql://127.0.0.1:" + server.port() + "/postgres";
        return DriverManager.getConnection(url, PostgresServer.SUPERUSER, password);
    }

    private void run(String sql) throws SQLException {
        try (Connection connection = connect(server.password());
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private String one(String query) throws SQLException {
        try (Connection connection = connect(server.password());
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            rows.next();
            return rows.getString(1);
        }
    }
}
