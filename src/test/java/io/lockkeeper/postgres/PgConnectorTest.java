package io.lockkeeper.postgres;

import static io.lockkeeper.postgres.ConnectFailure.Reason.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PgConnectorTest {
    private static final Duration BOUND = Duration.ofSeconds(3);

    @TempDir
    static Path folder;

    static Vertx vertx;
    static PgConnector connector;
    static Certificates certificates;
    static ScratchServer server;
    static ScratchServer plainOnly;

    @BeforeAll
    static void start() throws Exception {
        vertx = Vertx.vertx();
        connector = new PgConnector(vertx);
        certificates = Certificates.in(folder);
        server = ScratchServer.start(
                List.of(
                        "host      all barred   all reject",
                        "hostnossl all tls_only all reject",
                        "host      all all      127.0.0.0/8 scram-sha-256"),
                certificates);
        plainOnly = ScratchServer.start(
                List.of("host all all 127.0.0.0/8 scram-sha-256"),
                "max_connections=4",
                "superuser_reserved_connections=3");
        try (PgSession session = connector.connect(server.address(), BOUND)) {
            for (String statement : List.of(
                    "CREATE ROLE tls_only LOGIN PASSWORD 'secret'",
                    "CREATE ROLE barred LOGIN PASSWORD 'secret'",
                    "CREATE ROLE sleeper PASSWORD 'secret'",
                    "CREATE DATABASE closed ALLOW_CONNECTIONS false",
                    "CREATE DATABASE private")) {
                session.execute(statement);
            }
            session.execute("REVOKE CONNECT ON DATABASE private FROM public");
        }
    }

    @AfterAll
    static void stop() {
        server.close();
        plainOnly.close();
        vertx.close();
    }

    @Test
    void opensASessionUnderItsNameAndWithItsSettings() throws Exception {
        var address =
                server.address().withApplicationName("lockkeeper/job/17").withSettings(Map.of("lock_timeout", "3s"));
        try (PgSession session = connector.connect(address, BOUND)) {
            var row =
                    session.one("SELECT current_setting('application_name') AS name, current_setting('lock_timeout') AS"
                            + " lock_timeout, current_setting('search_path') AS path, pg_backend_pid() AS pid");
            assertThat(row.getString("name")).isEqualTo("lockkeeper/job/17");
            assertThat(row.getString("lock_timeout")).isEqualTo("3s");
            assertThat(row.getString("path")).isEqualTo("\"$user\", public");
            assertThat(row.getInteger("pid")).isEqualTo(session.backendPid());
            assertThat(session.serverMajor()).isGreaterThanOrEqualTo(14);
        }
    }

    @Test
    void tellsAWrongPasswordWithoutTellingIt() {
        ConnectFailure failure = failure(server.address("postgres", "opensesame"));
        assertThat(failure.reason()).isEqualTo(AUTHENTICATION);
        assertThat(failure).hasMessageContaining("password of postgres").hasMessageNotContaining("opensesame");
    }

    @Test
    void tellsAnUnknownRoleAndOneThatMayNotLogInAsAuthentication() {
        assertThat(failure(server.address("nobody", "secret")).reason()).isEqualTo(AUTHENTICATION);
        assertThat(failure(server.address("sleeper", "secret")).reason()).isEqualTo(AUTHENTICATION);
    }

    @Test
    void tellsAMissingDatabase() {
        assertThat(failure(server.address().withDatabase("nowhere")).reason()).isEqualTo(NO_DATABASE);
    }

    @Test
    void tellsWhatTheServersRulesKeepOut() {
        assertThat(failure(server.address("barred", "secret")).reason()).isEqualTo(NOT_ALLOWED);
        assertThat(failure(server.address("tls_only", "secret").withDatabase("private"), TlsMode.REQUIRE)
                        .reason())
                .isEqualTo(NOT_ALLOWED);
        assertThat(failure(server.address().withDatabase("closed")).reason()).isEqualTo(NOT_ALLOWED);
        assertThat(failure(server.address("tls_only", "secret")))
                .hasMessageContaining("without TLS")
                .returns(NOT_ALLOWED, ConnectFailure::reason);
    }

    @Test
    void tellsThatNoConnectionIsLeft() throws Exception {
        try (PgSession boss = connector.connect(plainOnly.address(), BOUND)) {
            boss.script("CREATE ROLE app LOGIN PASSWORD 'secret'");
            try (PgSession other = connector.connect(plainOnly.address(), BOUND)) {
                assertThat(other.isOpen()).isTrue();
                assertThat(failure(plainOnly.address("app", "secret")).reason()).isEqualTo(TOO_MANY_CONNECTIONS);
            }
        }
    }

    @Test
    void tellsAClosedPort() throws Exception {
        ConnectFailure failure = failure(at(ScratchServer.freePort()));
        assertThat(failure).hasMessageContaining("Nobody listens").returns(UNREACHABLE, ConnectFailure::reason);
    }

    @Test
    void tellsAnUnknownHost() {
        ConnectFailure failure = failure(at("no-such-host.invalid", 5432, Tls.DISABLED));
        assertThat(failure).hasMessageContaining("cannot be resolved").returns(UNREACHABLE, ConnectFailure::reason);
    }

    @Test
    void givesUpOnABlackHoleInTime() throws Exception {
        try (BlackHole hole = new BlackHole()) {
            long start = System.nanoTime();
            ConnectFailure failure = failure(at(hole.port()));
            assertThat(failure).hasMessageContaining("Nobody answers").returns(UNREACHABLE, ConnectFailure::reason);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(BOUND.plusSeconds(10));
        }
    }

    @Test
    void tellsAServerThatSpeaksSomethingElse() throws Exception {
        for (TlsMode mode : List.of(TlsMode.DISABLE, TlsMode.REQUIRE)) {
            try (FakeServer http = FakeServer.thatSpeaksHttp();
                    FakeServer babbler = FakeServer.thatBabbles()) {
                assertThat(failure(at(http.port()), mode).reason()).isEqualTo(NOT_POSTGRES);
                assertThat(failure(at(babbler.port()), mode).reason()).isEqualTo(NOT_POSTGRES);
            }
        }
    }

    @Test
    void tellsAServerThatSaysNothingAndLeavesNoLineBehind() throws Exception {
        try (FakeServer silent = FakeServer.thatSaysNothing()) {
            assertThat(failure(at(silent.port())).reason()).isEqualTo(NOT_POSTGRES);
            assertThat(silent.lines()).isPositive();
            await().atMost(Duration.ofSeconds(30)).until(silent::isLeftAlone);
        }
    }

    @Test
    void refusesServersThatAreTooOld() throws Exception {
        for (String version : List.of("9.6.24", "12.20", "13.21")) {
            try (FakeServer old = FakeServer.ofVersion(version)) {
                ConnectFailure failure = failure(at(old.port()));
                assertThat(failure).hasMessageContaining(version).returns(TOO_OLD, ConnectFailure::reason);
            }
        }
    }

    @Test
    void verifiesTheAuthorityAndTheHostUnderVerifyFull() throws Exception {
        assertThat(encrypted(server.port(), "localhost", TlsMode.VERIFY_FULL, certificates.ca()))
                .isTrue();

        assertThat(failure(at("localhost", server.port(), new Tls(TlsMode.VERIFY_FULL, certificates.stranger()))))
                .hasMessageContaining("trusted CA")
                .returns(TLS, ConnectFailure::reason);
        assertThat(failure(at("127.0.0.1", server.port(), new Tls(TlsMode.VERIFY_FULL, certificates.ca()))))
                .hasMessageContaining("not for the host 127.0.0.1")
                .returns(TLS, ConnectFailure::reason);
        assertThat(failure(at("localhost", server.port(), new Tls(TlsMode.VERIFY_FULL, null))))
                .hasMessageContaining("trusted CA")
                .returns(TLS, ConnectFailure::reason);
    }

    @Test
    void verifiesTheAuthorityAloneUnderVerifyCa() throws Exception {
        assertThat(encrypted(server.port(), "127.0.0.1", TlsMode.VERIFY_CA, certificates.ca()))
                .isTrue();
        assertThat(failure(at("localhost", server.port(), new Tls(TlsMode.VERIFY_CA, certificates.stranger())))
                        .reason())
                .isEqualTo(TLS);
        assertThatThrownBy(() -> new Tls(TlsMode.VERIFY_CA, null)).hasMessageContaining("needs a CA");
    }

    @Test
    void encryptsWithWhomeverUnderRequireUnlessItHasAnAuthority() throws Exception {
        assertThat(encrypted(server.port(), "127.0.0.1", TlsMode.REQUIRE, null)).isTrue();
        assertThat(failure(at("localhost", server.port(), new Tls(TlsMode.REQUIRE, certificates.stranger())))
                        .reason())
                .isEqualTo(TLS);
    }

    @Test
    void neverFallsBackToPlainText() {
        for (Tls tls : List.of(
                new Tls(TlsMode.REQUIRE, null),
                new Tls(TlsMode.VERIFY_CA, certificates.ca()),
                new Tls(TlsMode.VERIFY_FULL, certificates.ca()))) {
            assertThat(failure(at("localhost", plainOnly.port(), tls)))
                    .hasMessageContaining("does not offer TLS")
                    .returns(TLS, ConnectFailure::reason);
        }
    }

    @Test
    void goesOnlyWhereItIsPermitted() {
        assertThatThrownBy(() -> connector.connect(server.address(), BOUND, address -> !address.isLoopbackAddress()))
                .isInstanceOfSatisfying(ConnectFailure.class, failure -> assertThat(failure.reason())
                        .isEqualTo(FORBIDDEN_ADDRESS));
    }

    @Test
    void refusesSettingsThatTheServerDoesNotKnow() {
        assertThat(failure(server.address().withSettings(Map.of("no_such_thing", "1")))
                        .reason())
                .isEqualTo(REFUSED);
    }

    private static boolean encrypted(int port, String host, TlsMode mode, String ca) throws Exception {
        var address = new ServerAddress(
                host, port, "postgres", "tls_only", new Secret("secret"), new Tls(mode, ca), "lockkeeper/test");
        try (PgSession session = connector.connect(address, BOUND)) {
            return session.one("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
                    .getBoolean("ssl");
        }
    }

    private static ServerAddress at(int port) {
        return at("localhost", port, Tls.DISABLED);
    }

    private static ServerAddress at(String host, int port, Tls tls) {
        return new ServerAddress(host, port, "postgres", "postgres", new Secret("secret"), tls, "lockkeeper/test");
    }

    private static ConnectFailure failure(ServerAddress address, TlsMode mode) {
        return failure(new ServerAddress(
                address.host(),
                address.port(),
                address.database(),
                address.username(),
                address.password(),
                new Tls(mode, null),
                address.applicationName()));
    }

    private static ConnectFailure failure(ServerAddress address) {
        ConnectFailure failure = catchThrowableOfType(
                ConnectFailure.class, () -> connector.connect(address, BOUND).close());
        assertThat(failure).isNotNull();
        return failure;
    }
}
