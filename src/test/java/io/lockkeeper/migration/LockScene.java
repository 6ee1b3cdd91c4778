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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/// A database with a table `t` that many use, and sessions on it.
final class LockScene implements AutoCloseable {
    static final Grammar GRAMMAR = new Grammar();
    private static final Duration BOUND = Duration.ofSeconds(20);

    private final Vertx vertx = Vertx.vertx();
    private final PgConnector connector = new PgConnector(vertx);
    private final List<PgSession> sessions = new ArrayList<>();
    private final List<Thread> readers = new ArrayList<>();
    private final AtomicBoolean over = new AtomicBoolean();
    private final StoreAddress database;
    final AtomicLong longestReadMillis = new AtomicLong();

    LockScene(int major) {
        database = TestServers.server(major).emptyDatabase();
        TestServers.execute(
                database,
                "CREATE TABLE t (id int PRIMARY KEY, v int)",
                "INSERT INTO t SELECT i, i FROM generate_series(1, 1000) i",
                "CREATE TABLE log (line text)");
    }

    PgSession session(String application) throws InterruptedException {
        ServerAddress address = new ServerAddress(
                database.host(),
                database.port(),
                database.database(),
                database.username(),
                new Secret(database.password().orElse("")),
                Tls.DISABLED,
                application);
        PgSession session = connector.connect(address, BOUND);
        sessions.add(session);
        return session;
    }

    Governor governor(PgSession session, LockPolicy policy, LockListener listener) throws InterruptedException {
        return new Governor(session, session("lockkeeper/watch"), policy, listener);
    }

    /// A transaction that has read the table and does not end.
    PgSession reader(String application) throws InterruptedException {
        PgSession reader = session(application);
        reader.script("BEGIN; SELECT count(*) FROM t");
        return reader;
    }

    /// Clients that read the table one short time after the other.
    void readAllTheTime(int clients) throws InterruptedException {
        for (int i = 0; i < clients; i++) {
            PgSession session = session("client-" + i);
            readers.add(Thread.ofVirtual().start(() -> {
                try {
                    while (!over.get()) {
                        long began = System.nanoTime();
                        session.query("SELECT v FROM t WHERE id = 7");
                        long millis = (System.nanoTime() - began) / 1_000_000;
                        longestReadMillis.accumulateAndGet(millis, Math::max);
                        Thread.sleep(5);
                    }
                } catch (InterruptedException ended) {
                    Thread.currentThread().interrupt();
                }
            }));
        }
    }

    static StatementFacts facts(String sql) throws InterruptedException {
        return StatementFacts.of(GRAMMAR.parse(sql));
    }

    /// All statements in one transaction, as migrations run them.
    static void transaction(Governor governor, PgSession session, String... statements) throws InterruptedException {
        List<StatementFacts> facts = new ArrayList<>();
        for (String sql : statements) {
            facts.add(facts(sql));
        }
        governor.run(facts, () -> {
            session.script("BEGIN");
            for (int i = 0; i < statements.length; i++) {
                String sql = statements[i];
                governor.statement(facts.get(i), () -> session.execute(sql));
            }
            session.script("COMMIT");
            return null;
        });
    }

    @Override
    public void close() throws InterruptedException {
        over.set(true);
        for (Thread each : readers) {
            each.join(Duration.ofSeconds(5));
        }
        sessions.forEach(PgSession::close);
        vertx.close();
    }
}
