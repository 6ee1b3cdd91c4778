package io.lockkeeper.job.engine;

import io.lockkeeper.TestServers;
import io.lockkeeper.store.StoreAddress;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;

/// The least that a queue on PostgreSQL can do: one narrow table, one statement that completes a batch, writes two
/// event rows a job and claims the next batch. No transitions, lanes, leases, audit or history to look at.
final class BareLoop {
    private static final int BATCH = 1_000;

    private static final String COMPLETE_AND_CLAIM = """
            WITH done AS (
                UPDATE bare_job SET state = 'SUCCEEDED' WHERE id = ANY (?) RETURNING id
            ), told AS (
                INSERT INTO bare_event (job_id, type) SELECT id, type FROM done, unnest(ARRAY ['RUNNING', 'SUCCEEDED']) AS type
            ), next AS (
                SELECT id FROM bare_job WHERE state = 'QUEUED' ORDER BY id LIMIT 1000 FOR UPDATE SKIP LOCKED
            )
            UPDATE bare_job SET state = 'RUNNING', attempt = attempt + 1 FROM next WHERE bare_job.id = next.id RETURNING bare_job.id
            """;
    private static final String ENQUEUE = """
            WITH born AS (INSERT INTO bare_job (payload) VALUES ('{}') RETURNING id)
            INSERT INTO bare_event (job_id, type) SELECT id, 'QUEUED' FROM born
            """;

    private final StoreAddress address;

    BareLoop(StoreAddress address) {
        this.address = address;
        TestServers.execute(
                address,
                "DROP TABLE IF EXISTS bare_job, bare_event",
                """
                CREATE TABLE bare_job (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, state text NOT NULL DEFAULT 'QUEUED',
                                       attempt integer NOT NULL DEFAULT 0, payload jsonb NOT NULL)
                """,
                "CREATE INDEX ON bare_job (id) WHERE state = 'QUEUED'",
                """
                CREATE TABLE bare_event (seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, job_id bigint NOT NULL,
                                         type text NOT NULL, at timestamptz NOT NULL DEFAULT clock_timestamp())
                """,
                "CREATE INDEX ON bare_event (job_id, seq)");
    }

    double drain(int jobs) throws SQLException {
        TestServers.execute(
                address, "INSERT INTO bare_job (payload) SELECT '{}' FROM generate_series(1, " + jobs + ")");
        try (Connection connection = TestServers.connect(address);
                PreparedStatement statement = connection.prepareStatement(COMPLETE_AND_CLAIM)) {
            connection.setAutoCommit(true);
            Long[] claimed = batch(connection, statement, new Long[0]);
            long began = System.nanoTime();
            while (claimed.length > 0) {
                claimed = batch(connection, statement, claimed);
            }
            return jobs * 1e9 / (System.nanoTime() - began);
        }
    }

    private static Long[] batch(Connection connection, PreparedStatement statement, Long[] done) throws SQLException {
        statement.setArray(1, connection.createArrayOf("bigint", done));
        List<Long> claimed = new ArrayList<>(BATCH);
        try (ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                claimed.add(rows.getLong(1));
            }
        }
        return claimed.toArray(Long[]::new);
    }

    double enqueue(int clients, int jobs) throws Exception {
        var connections = new ConcurrentLinkedQueue<Connection>();
        for (int i = 0; i < clients; i++) {
            connections.add(TestServers.connect(address));
        }
        ThreadLocal<PreparedStatement> own = ThreadLocal.withInitial(() -> prepared(connections.poll()));
        double rate = JobsBench.clients(_ -> own.get().execute());
        TestServers.execute(address, "TRUNCATE bare_job, bare_event");
        return rate;
    }

    private static PreparedStatement prepared(Connection connection) {
        try {
            return connection.prepareStatement(ENQUEUE);
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
    }
}
