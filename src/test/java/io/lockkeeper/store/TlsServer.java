package io.lockkeeper.store;

import io.lockkeeper.postgres.PostgresBinaries;
import io.lockkeeper.postgres.PostgresServer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A server with a certificate for `localhost`, and a certificate of a stranger who did not sign it.
record TlsServer(PostgresServer server, Path trusted, Path stranger) implements AutoCloseable {
    private static final char[] PASSWORD = "secret".toCharArray();

    static TlsServer start(Path directory) throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        PostgresBinaries binaries = PostgresBinaries.find(Optional.empty(), directory.resolve("cache"));
        PostgresServer.Plan plan =
                PostgresServer.Plan.on(binaries, directory.resolve("server")).with(Map.of("fsync", "off"));
        PostgresServer.start(plan).close(); // makes the data directory, where the key belongs
        Path trusted = certificate("localhost", directory, plan.home().resolve("data"));
        Path stranger = certificate("stranger", directory, Files.createDirectory(directory.resolve("elsewhere")));
        return new TlsServer(PostgresServer.start(plan.with(Map.of("fsync", "off", "ssl", "on"))), trusted, stranger);
    }

    Map<String, String> environment(String host, String mode, Path certificate) {
        Map<String, String> environment = new HashMap<>();
        String root = certificate == null ? "" : "&sslrootcert=" + certificate;
        environment.put(
                "LOCKKEEPER_STORE_URL",
                "postgresql://" + host + ":" + server.port() + "/postgres?sslmode=" + mode + root);
        environment.put("LOCKKEEPER_STORE_USERNAME", PostgresServer.SUPERUSER);
        environment.put("LOCKKEEPER_STORE_PASSWORD", server.password());
        return environment;
    }

    @Override
    public void close() {
        server.close();
    }

    /// Writes `server.crt` and `server.key`, signed by itself, and returns the certificate.
    private static Path certificate(String name, Path directory, Path place) throws Exception {
        Path store = directory.resolve(name + ".p12");
        keytool(
                "-genkeypair",
                "-keyalg",
                "EC",
                "-alias",
                "a",
                "-dname",
                "CN=" + name,
                "-ext",
                "san=dns:" + name,
                "-ext",
                "bc=ca:true",
                "-storepass",
                "secret",
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString());
        KeyStore keys = opened(store);
        Path certificate = directory.resolve(name + ".crt");
        pem(certificate, "CERTIFICATE", keys.getCertificate("a").getEncoded());
        Files.copy(certificate, place.resolve("server.crt"));
        Path key = place.resolve("server.key");
        pem(key, "PRIVATE KEY", keys.getKey("a", PASSWORD).getEncoded());
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        Files.setOwner(key, Files.getOwner(place)); // the server runs as somebody else when we are root
        return certificate;
    }

    private static void keytool(String... arguments) throws IOException, InterruptedException {
        var command = new ProcessBuilder(new ArrayList<>(List.of(arguments)));
        command.command()
                .addFirst(Path.of(System.getProperty("java.home"), "bin", "keytool")
                        .toString());
        if (command.redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor()
                != 0) {
            throw new IllegalStateException("keytool failed");
        }
    }

    private static KeyStore opened(Path store) throws IOException, GeneralSecurityException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD);
        }
        return keys;
    }

    private static void pem(Path file, String kind, byte[] bytes) throws IOException {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
        Files.writeString(file, "-----BEGIN " + kind + "-----\n" + text + "\n-----END " + kind + "-----\n");
    }
}
