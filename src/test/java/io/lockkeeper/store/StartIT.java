package io.lockkeeper.store;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.TestServers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The packaged application as a process of its own, as an operator or a developer starts it.
class StartIT {
    private static final Path JAR =
            Path.of("target/quarkus-app/quarkus-run.jar").toAbsolutePath();
    private static final Pattern STORE_PORT = Pattern.compile("Embedded store: .* on port (\\d+)");
    private static final Pattern API = Pattern.compile("API +http://localhost:(\\d+)/");

    @TempDir
    Path directory;

    private final Map<String, String> environment = new HashMap<>();
    private final List<String> said = new ArrayList<>();
    private Process application;

    @BeforeEach
    void letTheServersUserIn() throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @AfterEach
    void kill() throws InterruptedException {
        if (application != null) {
            application.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void productionWithoutAStoreIsRefusedInOneSentence() throws Exception {
        assertThat(endOf(start("prod"))).isEqualTo(1);
        assertThat(said).hasSize(1);
        assertThat(said.getFirst()).startsWith("Lockkeeper cannot start. LOCKKEEPER_STORE_URL is not set");
    }

    @Test
    void aWrongPasswordIsToldAtOnceAndNotRepeated() throws Exception {
        StoreAddress store = TestServers.freshStore().serving();
        environment.put(
                "LOCKKEEPER_STORE_URL",
                store.url().replace(":" + store.password().orElseThrow() + "@", ":TOPSECRET@"));
        assertThat(endOf(start("prod"))).isEqualTo(1);
        assertThat(said).hasSize(1);
        assertThat(said.getFirst())
                .contains("The store " + store + " cannot be used: the user name or the password is wrong.")
                .doesNotContain("TOPSECRET");
    }

    @Test
    void developmentBringsItsOwnStoreAndKeepsItsData() throws Exception {
        environment.put("LOCKKEEPER_HOME", directory.toString());
        int first = startedWithEmbeddedStore();
        assertThat(number(first, "SELECT count(*) FROM order_items")).isGreaterThan(5000);
        TestServers.execute(demo(first), "DELETE FROM orders WHERE id > 2000");
        application.destroyForcibly().waitFor(10, TimeUnit.SECONDS); // the server stays behind

        int second = startedWithEmbeddedStore();
        assertThat(number(second, "SELECT count(*) FROM orders")).isEqualTo(2000);

        application.toHandle().destroy(); // unlike destroy(), leaves us the last lines
        assertThat(endOf(application)).isEqualTo(128 + 15);
        assertThat(directory.resolve("postgres/data/postmaster.pid")).doesNotExist();
        assertThat(directory.resolve("postgres/server.log")).content().contains("database system is shut down");
        assertThat(String.join("\n", said)).doesNotContain("ERROR").doesNotContain("Exception");
    }

    @Test
    void verifiesTheStoresCertificate() throws Exception {
        try (TlsServer store = TlsServer.start(directory)) {
            environment.putAll(store.environment("localhost", "verify-full", store.trusted()));
            environment.put("LOCKKEEPER_HOME", directory.resolve("home").toString());
            start("dev");
            isReadyAt(waitFor(API));
            application.toHandle().destroy(); // unlike destroy(), leaves us the last lines
            assertThat(endOf(application)).isEqualTo(128 + 15);
        }
    }

    private int startedWithEmbeddedStore() throws IOException {
        start("dev");
        int port = waitFor(STORE_PORT);
        isReadyAt(waitFor(API));
        return port;
    }

    private static void isReadyAt(int port) {
        given().port(port).get("/q/health/ready").then().statusCode(200);
    }

    private Process start(String profile) throws IOException {
        var builder = new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "--sun-misc-unsafe-memory-access=allow",
                "--enable-native-access=ALL-UNNAMED",
                "-Dquarkus.profile=" + profile,
                "-Dquarkus.http.port=0",
                "-jar",
                JAR.toString());
        builder.environment().keySet().removeIf(name -> name.startsWith("LOCKKEEPER_"));
        builder.environment().putAll(environment);
        said.clear();
        application =
                builder.redirectErrorStream(true).directory(directory.toFile()).start();
        return application;
    }

    /// The number that the application prints.
    private int waitFor(Pattern pattern) throws IOException {
        for (String line = application.inputReader().readLine();
                line != null;
                line = application.inputReader().readLine()) {
            said.add(line);
            Matcher found = pattern.matcher(line);
            if (found.find()) {
                return Integer.parseInt(found.group(1));
            }
        }
        throw new AssertionError("ended without " + pattern + ":\n" + String.join("\n", said));
    }

    private int endOf(Process process) throws Exception {
        process.inputReader().lines().forEach(said::add);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    private static StoreAddress demo(int port) {
        return StoreAddress.local("127.0.0.1", port, "demo", "demo", "demo");
    }

    private static long number(int port, String query) throws Exception {
        try (Connection connection = TestServers.connect(demo(port));
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            rows.next();
            return rows.getLong(1);
        }
    }
}
