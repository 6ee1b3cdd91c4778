package io.lockkeeper.migration;

import io.lockkeeper.TestServers;
import io.lockkeeper.postgres.PgConnector;
import io.lockkeeper.postgres.PgSession;
import io.lockkeeper.postgres.Secret;
import io.lockkeeper.postgres.ServerAddress;
import io.lockkeeper.postgres.Tls;
import io.lockkeeper.sql.Grammar;
import io.lockkeeper.sql.StatementFacts;
import io.lockkeeper.store.StoreAddress;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationVersion;

/// `ALTER TABLE ... ADD COLUMN` behind a reader of 12 seconds while 8 clients read: how long a client has to
/// wait at most for an answer, and when the column is there. A bare ALTER, flyway-core and ours, in one run.
public final class LocksBench {
    private static final int CLIENTS = 8;
    private static final long HEAD_START = 1000;
    private static final String ADD = "ALTER TABLE accounts ADD COLUMN note text";

    private final Vertx vertx = Vertx.vertx();
    private final PgConnector connector = new PgConnector(vertx);
    private final Duration reader;

    private interface Change {
        void apply(StoreAddress database) throws Exception;
    }

    private record Measured(long longestReadMillis, long tookMillis, long reads) {}

    private LocksBench(Duration reader) {
        this.reader = reader;
    }

    public static void main(String[] args) throws Exception {
        Duration reader = Duration.ofSeconds(args.length > 0 ? Long.parseLong(args[0]) : 12);
        new LocksBench(reader).run();
        System.exit(0);
    }

    private void run() throws Exception {
        Map<String, Change> ways = new LinkedHashMap<>();
        ways.put("bare ALTER", LocksBench::bare);
        ways.put("flyway-core " + flywayVersion(), LocksBench::flyway);
        ways.put("Lockkeeper", this::ours);
        System.out.printf(
                "%s behind a reader of %d s, %d clients reading, PostgreSQL %d%n",
                ADD, reader.toSeconds(), CLIENTS, TestServers.server().major());
        Map<String, Measured> all = new LinkedHashMap<>();
        for (Map.Entry<String, Change> each : ways.entrySet()) {
            Measured measured = measure(each.getValue());
            all.put(each.getKey(), measured);
            System.out.printf(
                    "%-22s longest read %6d ms, column there after %6d ms, %7d reads%n",
                    each.getKey(), measured.longestReadMillis, measured.tookMillis, measured.reads);
        }
        Measured ours = all.get("Lockkeeper");
        all.forEach((name, other) -> System.out.printf(
                "%-22s stalls readers %.0f times as long as Lockkeeper, and takes %.2f times its time%n",
                name,
                (double) other.longestReadMillis / Math.max(1, ours.longestReadMillis),
                (double) other.tookMillis / ours.tookMillis));
    }

    private Measured measure(Change change) throws Exception {
        StoreAddress database = TestServers.emptyDatabase();
        TestServers.execute(
                database,
                "CREATE TABLE accounts (id int PRIMARY KEY, balance int)",
                "INSERT INTO accounts SELECT i, 0 FROM generate_series(1, 100000) i",
                "VACUUM ANALYZE accounts");
        AtomicBoolean over = new AtomicBoolean();
        long[] longest = new long[CLIENTS];
        long[] reads = new long[CLIENTS];
        List<Thread> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            int client = i;
            PgSession session = session(database, "client-" + i);
            clients.add(Thread.ofVirtual().start(() -> read(session, over, longest, reads, client)));
        }
        Thread.sleep(HEAD_START); // the clients' first reads, which are slow, are not counted
        Arrays.fill(longest, 0);
        PgSession report = session(database, "report").within(reader.plusSeconds(30));
        Thread slow = Thread.ofVirtual().start(() -> hold(report));
        Thread.sleep(HEAD_START);
        long began = System.nanoTime();
        change.apply(database);
        long took = (System.nanoTime() - began) / 1_000_000;
        Thread.sleep(HEAD_START);
        over.set(true);
        for (Thread each : clients) {
            each.join();
        }
        slow.join();
        return new Measured(
                Arrays.stream(longest).max().orElse(0),
                took,
                Arrays.stream(reads).sum());
    }

    private static void read(PgSession session, AtomicBoolean over, long[] longest, long[] reads, int client) {
        try {
            PgSession patient = session.within(Duration.ofMinutes(2));
            for (int id = client; !over.get(); id = id % 99_000 + 17) {
                long began = System.nanoTime();
                patient.query("SELECT balance FROM accounts WHERE id = $1", id);
                longest[client] = Math.max(longest[client], (System.nanoTime() - began) / 1_000_000);
                reads[client]++;
                Thread.sleep(2);
            }
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    private void hold(PgSession report) {
        try {
            report.script("BEGIN; SELECT count(*) FROM accounts; SELECT pg_sleep(" + reader.toSeconds() + "); COMMIT");
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    private static void bare(StoreAddress database) throws Exception {
        try (Connection connection = TestServers.connect(database);
                var statement = connection.createStatement()) {
            statement.execute(ADD);
        }
    }

    private static void flyway(StoreAddress database) throws Exception {
        Path folder = Files.createTempDirectory("flyway");
        Files.writeString(folder.resolve("V2__note.sql"), ADD + ";\n");
        Flyway.configure()
                .dataSource(
                        database.jdbcUrl(),
                        database.username(),
                        database.password().orElse(""))
                .locations("filesystem:" + folder)
                .baselineOnMigrate(true)
                .baselineVersion(MigrationVersion.fromVersion("1"))
                .load()
                .migrate();
    }

    private static String flywayVersion() {
        return org.flywaydb.core.internal.license.VersionPrinter.getVersion();
    }

    private void ours(StoreAddress database) throws Exception {
        try (Grammar grammar = new Grammar();
                PgSession session = session(database, "lockkeeper");
                PgSession watcher = session(database, "lockkeeper/watch")) {
            StatementFacts facts = StatementFacts.of(grammar.parse(ADD));
            Governor governor = new Governor(session, watcher, LockPolicy.DEFAULT, LockListener.NOBODY);
            governor.run(List.of(facts), () -> {
                session.script("BEGIN");
                governor.statement(facts, () -> session.execute(ADD));
                session.script("COMMIT");
                return null;
            });
        }
    }

    private PgSession session(StoreAddress database, String application) throws InterruptedException {
        ServerAddress address = new ServerAddress(
                database.host(),
                database.port(),
                database.database(),
                database.username(),
                new Secret(database.password().orElse("")),
                Tls.DISABLED,
                application);
        return connector.connect(address, Duration.ofSeconds(30));
    }
}
