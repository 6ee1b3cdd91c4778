package io.lockkeeper.postgres;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A server with a `pg_hba.conf` and certificates of the test's choosing. Its superuser is `postgres`,
/// password `secret`.
public final class ScratchServer implements AutoCloseable {
    private final Path home;
    private final Process process;
    private final int port;

    private ScratchServer(Path home, Process process, int port) {
        this.home = home;
        this.process = process;
        this.port = port;
    }

    /// Where a server's programs lie: the newest installed, or an older one by its major version.
    public static Path programs() {
        try (Stream<Path> versions = Files.list(Path.of("/usr/lib/postgresql"))) {
            return versions.map(version -> version.resolve("bin"))
                    .max(Path::compareTo)
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static ScratchServer start(List<String> hba, String... settings) {
        return start(hba, null, settings);
    }

    public static ScratchServer start(List<String> hba, Certificates certificates, String... settings) {
        try {
            Path home = Files.createTempDirectory("lockkeeper-scratch");
            Path data = home.resolve("data");
            Files.createDirectory(data);
            Files.writeString(home.resolve("password"), "secret\n");
            own(home);
            run(
                    home,
                    dropRoot(),
                    programs().resolve("initdb").toString(),
                    "-D",
                    data.toString(),
                    "-U",
                    "postgres",
                    "-A",
                    "scram-sha-256",
                    "--pwfile=" + home.resolve("password"),
                    "-E",
                    "UTF8",
                    "--locale=C",
                    "-N");
            Files.write(data.resolve("pg_hba.conf"), hba);
            List<String> command = new ArrayList<>(dropRoot());
            int port = freePort();
            command.addAll(List.of(
                    programs().resolve("postgres").toString(),
                    "-D",
                    data.toString(),
                    "-p",
                    "" + port,
                    "-c",
                    "listen_addresses=127.0.0.1",
                    "-c",
                    "unix_socket_directories=",
                    "-c",
                    "fsync=off"));
            if (certificates != null) {
                for (String file : List.of("server.key", "server.crt")) {
                    Files.copy(certificates.folder().resolve(file), data.resolve(file));
                }
                own(home);
                Files.setPosixFilePermissions(
                        data.resolve("server.key"),
                        java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
                command.addAll(List.of("-c", "ssl=on"));
            }
            Arrays.stream(settings).forEach(setting -> command.addAll(List.of("-c", setting)));
            Process process = new ProcessBuilder(command)
                    .directory(home.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(home.resolve("log").toFile())
                    .start();
            ScratchServer server = new ScratchServer(home, process, port);
            server.awaitReady();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int port() {
        return port;
    }

    public String log() {
        try {
            return Files.readString(home.resolve("log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public ServerAddress address() {
        return address("postgres", "secret");
    }

    public ServerAddress address(String username, String password) {
        return new ServerAddress(
                "localhost", port, "postgres", username, new Secret(password), Tls.DISABLED, "lockkeeper/test");
    }

    @Override
    public void close() {
        try {
            process.destroy(); // SIGTERM: smart; SIGINT would be fast, but the sessions of a test are over by now
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor(5, TimeUnit.SECONDS);
            }
            run(Path.of("/"), List.of("rm", "-rf", home.toString()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void awaitReady() throws IOException {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        Path pidFile = home.resolve("data/postmaster.pid");
        while (!Files.exists(pidFile)
                || Files.readAllLines(pidFile).size() < 8
                || !Files.readAllLines(pidFile).get(7).strip().equals("ready")) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                throw new IllegalStateException("the server did not start: " + log());
            }
            java.util.concurrent.locks.LockSupport.parkNanos(
                    Duration.ofMillis(10).toNanos());
        }
    }

    public static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static List<String> dropRoot() {
        return "root".equals(System.getProperty("user.name"))
                ? List.of("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--")
                : List.of();
    }

    private static void own(Path folder) {
        if (!dropRoot().isEmpty()) {
            run(Path.of("/"), List.of("chown", "-R", "postgres:postgres", folder.toString()));
        }
    }

    static void run(Path folder, List<String> first, String... args) {
        List<String> command = new ArrayList<>(first);
        command.addAll(List.of(args));
        try {
            Process process = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .start();
            process.getOutputStream().close();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IllegalStateException(command + ": " + said);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
