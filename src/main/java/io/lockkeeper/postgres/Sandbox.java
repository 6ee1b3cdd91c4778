package io.lockkeeper.postgres;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/// A throw-away server: on the loopback address, on a port of its own, with a password that nobody else knows. Whoever
/// has it closes it, and all of it is gone.
public final class Sandbox implements AutoCloseable {
    private static final String SESSIONS = "lockkeeper-sandbox";
    private static final Duration CONNECT = Duration.ofSeconds(15);
    private static final int LAST_WORDS = 2048;

    /// @param settings above those that a sandbox has anyway
    /// @param bytes how much of the disk it will take; looked for, and kept from others, before it starts
    public record Wanted(int major, Map<String, String> settings, long bytes) {
        public Wanted {
            settings = Map.copyOf(settings);
        }

        public static Wanted of(int major) {
            return new Wanted(major, Map.of(), 0);
        }

        public Wanted with(Map<String, String> settings) {
            return new Wanted(major, settings, bytes);
        }

        public Wanted taking(long bytes) {
            return new Wanted(major, settings, bytes);
        }
    }

    private final Path home;
    private volatile PostgresServer server;
    private final PgConnector connector;
    private final String superuser;
    private final Secret password;

    Sandbox(Path home, PostgresServer server, PgConnector connector, String superuser) {
        this.home = home;
        this.server = server;
        this.connector = connector;
        this.superuser = superuser;
        this.password = new Secret(server.password());
    }

    /// On a copy of an empty cluster, whose password all copies have: it is changed before anybody hears of the server.
    static Sandbox onEmptyCluster(Path home, PostgresServer server, PgConnector connector)
            throws IOException, InterruptedException {
        String password = NewData.newPassword();
        Sandbox copied = new Sandbox(home, server, connector, PostgresServer.SUPERUSER);
        try (PgSession session = copied.connect(PostgresServer.MAINTENANCE_DATABASE)) {
            session.script("ALTER ROLE " + PostgresServer.SUPERUSER + " PASSWORD '" + password + "'");
        }
        NewData.writePassword(home, password);
        return new Sandbox(home, server, connector, PostgresServer.SUPERUSER);
    }

    public int major() {
        return server.major();
    }

    /// As its superuser.
    public ServerAddress address(String database) {
        return new ServerAddress(
                server.host(), server.port(), database, superuser, password, Tls.DISABLED, SESSIONS, Map.of());
    }

    /// The name of its superuser, which may be a role that no backup has.
    public String superuser() {
        return superuser;
    }

    /// A session of the superuser; for tools, see [ClientLogin].
    public PgSession connect(String database) throws InterruptedException {
        return connect(address(database));
    }

    /// A session as described by one of its addresses.
    public PgSession connect(ServerAddress address) throws InterruptedException {
        try {
            return connector.connect(address, CONNECT);
        } catch (ConnectFailure failure) {
            demandLife();
            throw failure;
        }
    }

    /// Where its files lie, all of them. Not ours to write in: the server may run as another user.
    public Path directory() {
        return home;
    }

    public boolean isAlive() {
        try {
            return server.isAlive();
        } catch (IOException unreadable) {
            return false;
        }
    }

    /// For whoever lost a session or saw a tool fail: was it the server?
    public void demandLife() {
        if (!isAlive()) {
            throw new SandboxFailure(
                    SandboxFailure.Reason.DIED,
                    "The sandbox's server ended by itself. Its log ends with: " + lastWords());
        }
    }

    /// Stops it and starts it again with other settings above those that it has. Its sessions are lost, and its address
    /// may be another one.
    public void restart(Map<String, String> settings) throws IOException, InterruptedException {
        PostgresServer.Plan plan = server.plan();
        Map<String, String> all = new TreeMap<>(plan.settings());
        all.putAll(settings);
        try {
            server.close();
            server = PostgresServer.start(plan.with(all));
        } catch (PostgresServer.Failure failure) {
            throw new SandboxFailure(SandboxFailure.Reason.NOT_STARTED, failure.getMessage());
        }
    }

    /// How much of the disk it takes at this moment.
    public long bytes() throws IOException {
        return Room.bytesBelow(home);
    }

    /// Each line begins with time, process, SQLSTATE and database: `2026-11-21 20:18:10.123 UTC [4711] 23505 app ERROR:
    /// ...`; what belongs to it is indented by a tab.
    public ServerLog log() {
        return new ServerLog(home.resolve("server.log"));
    }

    public String lastWords() {
        return log().end(0, LAST_WORDS);
    }

    /// Ends the server at once and removes all of it; also on a thread that was interrupted.
    @Override
    public void close() {
        boolean interrupted = Thread.interrupted();
        try {
            server.close(PgCtl.IMMEDIATE);
        } catch (PostgresServer.Failure stubborn) {
            LeftServer.end(home);
        } finally {
            HeldDirectory.remove(home);
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
