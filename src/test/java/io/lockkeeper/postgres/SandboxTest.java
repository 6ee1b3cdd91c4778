package io.lockkeeper.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SandboxTest {
    @TempDir
    static Path cache;

    static Vertx vertx;

    @TempDir
    Path directory;

    private Path root;
    private Sandboxes sandboxes;

    @BeforeAll
    static void start() {
        vertx = Vertx.vertx();
    }

    @AfterAll
    static void stop() {
        vertx.close();
    }

    @BeforeEach
    void open() throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        root = directory.resolve("sandboxes");
        sandboxes = sandboxesIn(root);
    }

    @AfterEach
    void close() {
        sandboxes.close();
    }

    @Test
    void startsAgainWithOtherSettingsAndTheSameData() throws Exception {
        Sandbox sandbox = start(Sandbox.Wanted.of(17).with(Map.of("work_mem", "11MB")));
        try (PgSession session = sandbox.connect("postgres")) {
            session.execute("CREATE TABLE kept (id int)");
        }

        sandbox.restart(Map.of("wal_level", "replica", "full_page_writes", "on"));

        try (PgSession session = sandbox.connect("postgres")) {
            assertThat(show(session, "wal_level")).isEqualTo("replica");
            assertThat(show(session, "full_page_writes")).isEqualTo("on");
            assertThat(show(session, "work_mem")).isEqualTo("11MB");
            assertThat(session.query("SELECT FROM kept")).isEmpty();
        }
        sandbox.close();
        assertThat(sandbox.directory()).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(ints = {15, 18})
    void startsAnEmptyServerAndLeavesNothing(int major) throws Exception {
        Sandbox sandbox = start(Sandbox.Wanted.of(major).with(Map.of("work_mem", "11MB")));
        try (PgSession session = sandbox.connect("postgres")) {
            assertThat(session.serverMajor()).isEqualTo(major);
            assertThat(show(session, "listen_addresses")).isEqualTo("127.0.0.1");
            assertThat(show(session, "fsync")).isEqualTo("off");
            assertThat(show(session, "work_mem")).isEqualTo("11MB");
            session.execute("CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'");
        }
        try (PgSession session = sandbox.connect("latin")) {
            assertThat(show(session, "server_encoding")).isEqualTo("LATIN1");
        }
        assertThat(sandbox.bytes()).isGreaterThan(20_000_000);

        sandbox.close();

        assertThat(sandbox.isAlive()).isFalse();
        assertThat(sandbox.directory()).doesNotExist();
    }

    @Test
    void opensForItsPasswordOnly() throws Exception {
        try (Sandbox sandbox = start(newest())) {
            ServerAddress address = sandbox.address("postgres");
            assertThatThrownBy(() -> new PgConnector(vertx)
                            .connect(
                                    new ServerAddress(
                                            address.host(),
                                            address.port(),
                                            "postgres",
                                            address.username(),
                                            new Secret("guessed"),
                                            Tls.DISABLED,
                                            "lockkeeper/test"),
                                    Duration.ofSeconds(5)))
                    .isInstanceOf(ConnectFailure.class);
            assertThat(PosixFilePermissions.toString(
                            Files.getPosixFilePermissions(sandbox.directory().resolve("data"))))
                    .isEqualTo("rwx------");
        }
    }

    @Test
    void twoLiveSideBySide() throws Exception {
        try (Sandbox one = start(newest());
                Sandbox other = start(newest());
                PgSession session = one.connect("postgres")) {
            session.execute("CREATE DATABASE mine");
            assertThatThrownBy(() -> other.connect("mine")).isInstanceOf(ConnectFailure.class);
        }
    }

    @Test
    void saysWhatToInstallForAVersionThatIsNotHere() {
        var failure = catchThrowableOfType(SandboxFailure.class, () -> sandboxes.start(Sandbox.Wanted.of(9)));
        assertThat(failure.reason()).isEqualTo(SandboxFailure.Reason.NO_PROGRAMS);
        assertThat(failure).hasMessageContaining("postgresql-9");
        assertThat(root).doesNotExist();
    }

    @Test
    void saysWhyItDoesNotStartAndLeavesNothing() throws Exception {
        var failure =
                catchThrowableOfType(SandboxFailure.class, () -> start(newest().with(Map.of("no_such_setting", "1"))));
        assertThat(failure.reason()).isEqualTo(SandboxFailure.Reason.NOT_STARTED);
        assertThat(failure).hasMessageContaining("no_such_setting");
        assertThat(homes()).isZero();
    }

    @Test
    void tellsOfItsDeathInItsLastWords() throws Exception {
        try (Sandbox sandbox = start(newest())) {
            sandbox.demandLife();
            Postmaster.of(sandbox.directory().resolve("data")).orElseThrow().destroy();
            await().until(() -> !sandbox.isAlive());
            var failure = catchThrowableOfType(SandboxFailure.class, () -> sandbox.connect("postgres"));
            assertThat(failure.reason()).isEqualTo(SandboxFailure.Reason.DIED);
            assertThat(failure).hasMessageContaining("received smart shutdown request");
        }
        assertThat(homes()).isZero();
    }

    @Test
    void logsTheStateOfEachError() throws Exception {
        try (Sandbox sandbox = start(newest());
                PgSession session = sandbox.connect("postgres")) {
            long before = sandbox.log().length();
            assertThatThrownBy(() -> session.execute("SELECT 1 / 0")).isInstanceOf(PgFailure.class);
            try (Stream<String> lines = sandbox.log().from(before)) {
                assertThat(lines.filter(line -> line.contains("ERROR")))
                        .singleElement()
                        .asString()
                        .matches(".*UTC \\[\\d+] 22012 postgres ERROR:  22012: division by zero");
            }
        }
    }

    @Test
    void closesOnAThreadThatWasInterrupted() throws Exception {
        Sandbox sandbox = start(newest());
        Thread.currentThread().interrupt();
        sandbox.close();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(sandbox.isAlive()).isFalse();
        assertThat(sandbox.directory()).doesNotExist();
    }

    @Test
    void sweepsWhatAKilledInstanceLeftAndNothingOfALivingOne() throws Exception {
        Process other = anotherJvm();
        ProcessHandle server =
                ProcessHandle.of(Long.parseLong(other.inputReader().readLine())).orElseThrow();
        try (Sandbox ours = start(newest())) {
            assertThat(server.isAlive()).isTrue();
            assertThat(homes()).isEqualTo(2);
            other.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
            assertThat(server.isAlive()).isTrue();

            sandboxesIn(root).sweep();

            await().until(() -> !server.isAlive());
            assertThat(homes()).isOne();
            assertThat(ours.isAlive()).isTrue();
        }
    }

    private Process anotherJvm() throws IOException {
        return new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        SandboxInAnotherJvm.class.getName(),
                        root.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    static final class SandboxInAnotherJvm {
        public static void main(String[] args) throws Exception {
            Sandbox sandbox = sandboxesIn(Path.of(args[0])).start(newest());
            System.out.println(Postmaster.of(sandbox.directory().resolve("data"))
                    .orElseThrow()
                    .pid());
            Thread.sleep(Duration.ofMinutes(5));
        }
    }

    private Sandbox start(Sandbox.Wanted wanted) throws Exception {
        assumeTrue(PostgresBinaries.ofMajor(wanted.major(), Optional.empty(), cache)
                .isPresent());
        return sandboxes.start(wanted);
    }

    private static Sandbox.Wanted newest() throws InterruptedException {
        return Sandbox.Wanted.of(
                PostgresBinaries.find(Optional.empty(), Path.of("/nowhere")).major());
    }

    private static Sandboxes sandboxesIn(Path root) {
        return new Sandboxes(
                root, Optional.empty(), Path.of("/nowhere"), new PgConnector(vertx == null ? Vertx.vertx() : vertx));
    }

    private static String show(PgSession session, String setting) throws InterruptedException {
        return session.one("SHOW " + setting).getString(0);
    }

    private long homes() throws IOException {
        try (Stream<Path> all = Files.find(root, 2, (path, its) -> its.isDirectory())) {
            return all.filter(path -> path.getParent().getParent().equals(root))
                    .filter(path -> !path.getFileName().toString().startsWith("empty-"))
                    .count();
        }
    }
}
