package io.lockkeeper.store;

import io.lockkeeper.postgres.PostgresBinaries;
import io.lockkeeper.postgres.PostgresServer;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;

/// The store for a developer's machine: a PostgreSQL server of our own below `.lockkeeper/`, with the same
/// two roles that a careful operator would make, and a demo database to play with. Its data is kept between
/// runs.
final class EmbeddedStore implements AutoCloseable {
    private static final int USUAL_PORT = 15432;
    private static final String DATABASE = "lockkeeper";
    private static final String OWNER = "lockkeeper_owner";
    private static final String SERVING = "lockkeeper";

    private final PostgresServer server;
    private final StoreAccess access;
    private final DemoDatabase demo;

    static EmbeddedStore start(Path home, Optional<Path> binaries) throws IOException, InterruptedException {
        Path directory = home.resolve("postgres");
        PostgresServer server = PostgresServer.start(
                PostgresServer.Plan.on(suited(directory, binaries, home.resolve("cache")), directory)
                        .preferring(USUAL_PORT));
        try {
            return new EmbeddedStore(server);
        } catch (SQLException | IOException | RuntimeException failed) {
            server.close();
            throw new StartRefused(
                    "The embedded store in " + directory + " cannot be prepared: " + failed.getMessage());
        }
    }

    /// Data of one major version needs a server of the same one.
    private static PostgresBinaries suited(Path directory, Optional<Path> configured, Path cache)
            throws IOException, InterruptedException {
        Optional<Integer> major = PostgresServer.majorOfDataIn(directory);
        return major.isEmpty()
                ? PostgresBinaries.find(configured, cache)
                : PostgresBinaries.ofMajor(major.get(), configured, cache)
                        .orElseThrow(() -> new StartRefused("The embedded store's data in " + directory
                                + " was made by PostgreSQL " + major.get()
                                + ", which is not on this machine any more: install it,"
                                + " set LOCKKEEPER_POSTGRES_BIN, or move the directory away to begin anew."));
    }

    private EmbeddedStore(PostgresServer server) throws SQLException, IOException {
        this.server = server;
        String ownerPassword = freshPassword();
        String servingPassword = freshPassword();
        try (Connection root = Jdbc.connect(superuser())) {
            Jdbc.makeRole(root, OWNER, ownerPassword);
            Jdbc.makeRole(root, SERVING, servingPassword);
            Jdbc.makeDatabase(root, DATABASE, OWNER);
            this.demo = DemoDatabase.make(root, server);
        }
        this.access = new StoreAccess(at(DATABASE, SERVING, servingPassword), at(DATABASE, OWNER, ownerPassword));
    }

    Map<String, String> configuration() {
        Map<String, String> all = access.configuration();
        all.putAll(demo.configuration());
        return all;
    }

    String description() {
        return "PostgreSQL " + server.major() + " on port " + server.port();
    }

    @Override
    public void close() {
        server.close();
    }

    private StoreAddress superuser() {
        return at(PostgresServer.MAINTENANCE_DATABASE, PostgresServer.SUPERUSER, server.password());
    }

    private StoreAddress at(String database, String username, String password) {
        return StoreAddress.local(server.host(), server.port(), database, username, password);
    }

    /// New at every start and never written down: nobody else needs them.
    private static String freshPassword() {
        byte[] secret = new byte[24];
        new SecureRandom().nextBytes(secret);
        return HexFormat.of().formatHex(secret);
    }
}
