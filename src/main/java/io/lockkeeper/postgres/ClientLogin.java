package io.lockkeeper.postgres;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStoreException;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// How `pg_dump` and its kin get in where a session of ours already is: on the very server that it reached, under the
/// same name, with the same demands on TLS. The password goes through a file that only we can read; neither it nor
/// anything that could be taken for a connection string is an argument.
public final class ClientLogin {
    private static final String OURS_ALONE = "rw-------";

    /// The rows of a dump must not depend on what somebody set for the role or the database. A server that notices the
    /// end of its client ends a query that nobody waits for any more, also one that waits for a lock.
    private static final Map<String, String> PINNED =
            Map.of("bytea_output", "hex", "client_connection_check_interval", "2s");

    private ClientLogin() {}

    /// The environment of the program. Its files lie in `directory`, which belongs to the caller and is private.
    public static Map<String, String> environment(PgSession session, Path directory) throws IOException {
        ServerAddress server = session.server();
        Map<String, String> environment = new TreeMap<>();
        environment.put("PGHOST", server.host());
        environment.put("PGHOSTADDR", session.address().getHostAddress());
        environment.put("PGPORT", Integer.toString(server.port()));
        environment.put("PGDATABASE", server.database());
        environment.put("PGUSER", server.username());
        environment.put("PGPASSFILE", passwordFile(server, directory).toString());
        environment.put("PGAPPNAME", server.applicationName());
        environment.put("PGCONNECT_TIMEOUT", "15");
        environment.put("PGGSSENCMODE", "disable");
        environment.put("PGTZ", "UTC");
        environment.put("PGOPTIONS", options());
        environment.put("PGSYSCONFDIR", directory.toString()); // no service file of this machine either
        demandTls(server.tls(), directory, environment);
        return environment;
    }

    private static String options() {
        return PINNED.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(setting -> "-c " + setting.getKey() + "=" + setting.getValue())
                .collect(Collectors.joining(" "));
    }

    /// For every database: some of the programs look into a second one.
    private static Path passwordFile(ServerAddress server, Path directory) throws IOException {
        String password = server.password().reveal().replace("\\", "\\\\").replace(":", "\\:");
        return write(directory.resolve("pgpass"), "*:*:*:*:" + password + "\n");
    }

    private static void demandTls(Tls tls, Path directory, Map<String, String> environment) throws IOException {
        environment.put("PGSSLMODE", tls.mode().word());
        if (tls.verifiesChain()) {
            String authorities = tls.ca() != null ? tls.ca() : systemAuthorities();
            environment.put(
                    "PGSSLROOTCERT",
                    write(directory.resolve("authorities.pem"), authorities).toString());
        }
    }

    /// Those that our own sessions believe: libpq cannot read Java's trust store, and before 16 knows no other.
    private static String systemAuthorities() throws IOException {
        try {
            StringBuilder pem = new StringBuilder();
            for (X509Certificate authority : ServerTrust.systemAuthorities()) {
                pem.append("-----BEGIN CERTIFICATE-----\n")
                        .append(Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(authority.getEncoded()))
                        .append("\n-----END CERTIFICATE-----\n");
            }
            return pem.toString();
        } catch (CertificateEncodingException | KeyStoreException | NoSuchAlgorithmException broken) {
            throw new IOException("the system's certificate authorities cannot be written down", broken);
        }
    }

    private static Path write(Path file, String content) throws IOException {
        Files.deleteIfExists(file);
        try (var channel = Files.newByteChannel(
                file,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(OURS_ALONE)))) {
            channel.write(java.nio.ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8)));
        }
        return file;
    }
}
