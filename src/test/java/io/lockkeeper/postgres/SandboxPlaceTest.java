package io.lockkeeper.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A sandbox from a copy of a server.
class SandboxPlaceTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(ints = {15, 18})
    void takesNothingFromTheOwnersSettings(int major) throws Exception {
        try (OwnCluster source = OwnCluster.start(major);
                SandboxPlace place = TestSandboxes.shared().place(Sandbox.Wanted.of(major))) {
            source.sql(
                    "CREATE TABLE kept AS SELECT 42 AS answer",
                    "ALTER SYSTEM SET archive_mode = on",
                    "ALTER SYSTEM SET archive_command = 'touch " + directory.resolve("archived") + "'",
                    "ALTER SYSTEM SET shared_preload_libraries = 'no_such_library'",
                    "ALTER SYSTEM SET listen_addresses = '*'",
                    "ALTER SYSTEM SET primary_conninfo = 'host=192.0.2.1'",
                    "ALTER DATABASE postgres SET session_preload_libraries = 'none_such_either'");
            copy(source, place);
            Files.writeString(place.data().resolve("pg_hba.conf"), "host all all 0.0.0.0/0 trust\n");
            Files.createFile(place.data().resolve("standby.signal"));

            place.recover(Recovery.TO_CONSISTENCY);

            try (Sandbox sandbox = TestSandboxes.shared().adopt(place);
                    PgSession session = sandbox.connect("postgres")) {
                assertThat(session.one("SELECT answer FROM kept").getInteger(0)).isEqualTo(42);
                assertThat(session.one("SELECT pg_is_in_recovery()").getBoolean(0))
                        .isFalse();
                assertThat(show(session, "listen_addresses")).isEqualTo("127.0.0.1");
                assertThat(show(session, "archive_mode")).isEqualTo("off");
                assertThat(show(session, "shared_preload_libraries")).isEmpty();
                assertThat(show(session, "primary_conninfo")).isEmpty();
                assertThat(sandbox.superuser()).startsWith("lockkeeper_").isNotEqualTo(PostgresServer.SUPERUSER);
                var guessed = catchThrowableOfType(
                        ConnectFailure.class,
                        () -> sandbox.connect(new ServerAddress(
                                "127.0.0.1",
                                sandbox.address("postgres").port(),
                                "postgres",
                                sandbox.superuser(),
                                new Secret("guessed"),
                                Tls.DISABLED,
                                "lockkeeper/test")));
                assertThat(guessed.reason()).isEqualTo(ConnectFailure.Reason.AUTHENTICATION);
                sandbox.close();
                assertThat(sandbox.directory()).doesNotExist();
            }
        }
    }

    @Test
    void saysWhatRecoverySaidAndLeavesNothing() throws Exception {
        Path home;
        try (OwnCluster source = OwnCluster.start(18);
                SandboxPlace place = TestSandboxes.shared().place(Sandbox.Wanted.of(18))) {
            copy(source, place);
            home = place.data().getParent();
            try (var log = Files.list(place.data().resolve("pg_wal"))) {
                for (Path segment : log.filter(Files::isRegularFile).toList()) {
                    Files.delete(segment);
                }
            }
            var failure = catchThrowableOfType(RecoveryFailure.class, () -> place.recover(Recovery.TO_CONSISTENCY));
            assertThat(failure).hasMessageContaining("could not locate required checkpoint record");
            assertThat(failure.targetNotReached()).isFalse();
        }
        assertThat(home).doesNotExist();
    }

    @Test
    void countsWhatOthersWerePromised() throws Exception {
        long free = Files.getFileStore(Path.of(System.getProperty("java.io.tmpdir")))
                .getUsableSpace();
        Sandboxes sandboxes = TestSandboxes.shared();
        try (SandboxPlace _ = sandboxes.place(Sandbox.Wanted.of(18).taking(free * 2 / 3))) {
            var failure = catchThrowableOfType(
                    SandboxFailure.class,
                    () -> sandboxes.place(Sandbox.Wanted.of(18).taking(free / 2)));
            assertThat(failure.reason()).isEqualTo(SandboxFailure.Reason.NO_ROOM_NOW);
            assertThat(failure)
                    .hasMessageMatching("A sandbox needs about [0-9,]+ MiB, and .* has [0-9,]+ MiB free,"
                            + " of which [0-9,]+ MiB are promised to others that run\\.");
            sandboxes.place(Sandbox.Wanted.of(18).taking(free / 10)).close();
        }
        sandboxes.place(Sandbox.Wanted.of(18).taking(free / 2)).close();
    }

    private void copy(OwnCluster source, SandboxPlace place) throws Exception {
        Path copy = directory.resolve("copy");
        source.run("pg_basebackup", "--pgdata=" + copy, "--checkpoint=fast", "--no-sync");
        ChildProcess.run(
                new ChildProcess.Command(
                        Path.of("/bin/cp"),
                        List.of("-a", copy + "/.", place.data().toString()),
                        Path.of("/"),
                        Map.of()),
                Duration.ofMinutes(1));
    }

    private static String show(PgSession session, String setting) throws InterruptedException {
        return session.one("SHOW " + setting).getString(0);
    }
}
