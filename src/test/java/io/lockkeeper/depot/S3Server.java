package io.lockkeeper.depot;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A server that speaks S3 and checks secrets and digests, run as a process of its own, one for all tests of
/// a run. It keeps objects in a directory, where tests can look at them.
public final class S3Server {
    public static final String ID = "test-id";
    public static final String SECRET = "test-secret";
    public static final String BUCKET = "backups";

    private static final Path JAR = Path.of("target/s3proxy/s3proxy.jar");
    private static final Pattern LISTENING = Pattern.compile("Started .*ServerConnector.*\\{127\\.0\\.0\\.1:(\\d+)}");
    private static S3Server shared;

    private final int port;
    private final Path data;

    private S3Server(int port, Path data) {
        this.port = port;
        this.data = data;
    }

    public static synchronized S3Server shared() {
        if (shared == null) {
            try {
                shared = start();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return shared;
    }

    public int port() {
        return port;
    }

    /// Where the bucket's objects lie as files.
    public Path bucket() {
        return data.resolve(BUCKET);
    }

    private static S3Server start() throws IOException {
        Path home = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "s3-");
        Path data = Files.createDirectories(home.resolve("data"));
        Files.createDirectory(data.resolve(BUCKET));
        Path settings = home.resolve("settings");
        Files.write(
                settings,
                List.of(
                        "s3proxy.endpoint=http://127.0.0.1:0",
                        "s3proxy.authorization=aws-v2-or-v4",
                        "s3proxy.identity=" + ID,
                        "s3proxy.credential=" + SECRET,
                        "jclouds.provider=filesystem-nio2",
                        "jclouds.filesystem.basedir=" + data));
        String java = ProcessHandle.current().info().command().orElse("java");
        Process process = new ProcessBuilder(
                        java, "-Xmx256m", "-jar", JAR.toString(), "--properties", settings.toString())
                .redirectErrorStream(true)
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        BufferedReader log = process.inputReader(StandardCharsets.UTF_8);
        int port = port(log);
        Thread.ofVirtual().start(() -> drain(log));
        return new S3Server(port, data);
    }

    private static int port(BufferedReader log) throws IOException {
        StringBuilder said = new StringBuilder();
        for (String line = log.readLine(); line != null; line = log.readLine()) {
            Matcher listening = LISTENING.matcher(line);
            if (listening.find()) {
                return Integer.parseInt(listening.group(1));
            }
            said.append(line).append('\n');
        }
        throw new IOException("The server of S3 did not start:\n" + said);
    }

    private static void drain(BufferedReader log) {
        try {
            while (log.readLine() != null) {
                // so that it never waits for somebody to read
            }
        } catch (IOException ended) {
            Thread.currentThread().interrupt();
        }
    }
}
