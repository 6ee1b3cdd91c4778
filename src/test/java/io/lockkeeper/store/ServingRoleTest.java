package io.lockkeeper.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockkeeper.TestServers;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServingRoleTest {
    private final StoreAccess store = TestServers.freshStore();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CREATE TABLE mine (id int)",
                "ALTER TABLE job ADD COLUMN mine int",
                "DROP TABLE job",
                "TRUNCATE job",
                "CREATE INDEX ON job (id)",
                "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
                "ALTER TABLE audit DISABLE TRIGGER ALL",
                "UPDATE audit SET subject = 'nobody'",
                "DELETE FROM audit",
                "INSERT INTO job_transition VALUES ('FAILED', 'QUEUED')",
                "UPDATE flyway_schema_history SET success = true",
            })
    void mayNot(String statement) {
        assertThatThrownBy(() -> run(store.serving(), statement))
                .isInstanceOfSatisfying(SQLException.class, refused -> assertThat(refused.getSQLState())
                        .isEqualTo("42501"));
    }

    @Test
    void worksWithTheRowsOfOurTables() throws SQLException {
        run(
                store.serving(),
                "INSERT INTO audit (subject, via, action, object) VALUES ('a', 'token', 'job.accept', 'job/1')",
                "INSERT INTO job (kind, state, on_lost, spec, max_attempts, requested_by, requested_via)"
                        + " VALUES ('sleep', 'QUEUED', 'restart', '{}', 1, 'a', 'token')",
                "UPDATE job SET state = 'CANCELLED', finished_at = now()",
                "DELETE FROM job");
        assertThat(number(store.serving(), "SELECT count(*) FROM job_event")).isEqualTo(2);
        assertThat(number(store.serving(), "SELECT count(*) FROM audit")).isEqualTo(1);
    }

    @Test
    void keepsItsRightsWhenTheSchemaIsMigratedAgain() throws SQLException {
        TestServers.migrate(store);
        run(store.serving(), "SELECT FROM job");
    }

    @Test
    void manyInstancesMayStartAtOnce() throws Exception {
        StoreAccess fresh = TestServers.emptyStore();
        List<Callable<Object>> starts = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            starts.add(Executors.callable(() -> TestServers.migrate(fresh)));
        }
        try (ExecutorService instances = Executors.newFixedThreadPool(starts.size())) {
            for (Future<Object> start : instances.invokeAll(starts)) {
                start.get();
            }
        }
        assertThat(number(fresh.serving(), "SELECT count(*) FROM flyway_schema_history"))
                .isPositive();
    }

    private static void run(StoreAddress as, String... statements) throws SQLException {
        try (Connection connection = TestServers.connect(as);
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private static long number(StoreAddress as, String query) throws SQLException {
        try (Connection connection = TestServers.connect(as);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            rows.next();
            return rows.getLong(1);
        }
    }
}
