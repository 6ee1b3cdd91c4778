package io.lockkeeper.migration;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.Instance;
import io.lockkeeper.TestServers;
import io.lockkeeper.store.StoreAccess;
import io.lockkeeper.store.StoreAddress;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A worker is killed while its migration stands in the middle of what no transaction holds together.
class MigrationKillIT {
    private static final Duration BOUND = Duration.ofSeconds(60);
    private static final String BUILDING = """
            SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'CREATE INDEX CONC%'
              AND wait_event_type = 'Lock'""";

    @TempDir
    Path home;

    private final StoreAccess store = TestServers.freshStore();
    private final StoreAddress database = TestServers.emptyDatabase();
    private Instance first;
    private Instance second;

    @BeforeEach
    void startTheFirst() throws IOException {
        TestServers.execute(database, "CREATE TABLE a (id int)");
        first = start("first");
        first.register("patient", database);
    }

    private Instance start(String name) throws IOException {
        return Instance.start(store, home, name, "-Dlockkeeper.worker.lease=4s").ready();
    }

    @AfterEach
    void close() {
        first.close();
        if (second != null) {
            second.close();
        }
    }

    private long migrate() {
        JsonObject file = new JsonObject().put("path", "V1__mixed.sql").put("content", """
                        INSERT INTO a VALUES (1);
                        CREATE INDEX CONCURRENTLY a_id ON a (id);
                        INSERT INTO a VALUES (2);""");
        JsonObject request = new JsonObject()
                .put("target", "patient")
                .put("mode", "apply")
                .put("options", new JsonObject().put("baseline", "0"))
                .put("files", new JsonArray().add(file));
        return first.post("/api/v1/migration-runs", request, 202).getLong("id");
    }

    private static List<String> column(StoreAddress where, String sql) {
        try (Connection connection = TestServers.connect(where);
                Statement statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            List<String> column = new ArrayList<>();
            while (rows.next()) {
                column.add(rows.getString(1));
            }
            return column;
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
    }

    private static void await(StoreAddress where, String sql, String wanted) {
        Awaitility.await(sql).atMost(BOUND).pollInterval(Duration.ofMillis(50)).until(() -> column(where, sql)
                .contains(wanted));
    }

    @Test
    void anotherOneGoesOnAtTheStatement() throws Exception {
        long job;
        try (Connection writer = TestServers.connect(database)) {
            writer.setAutoCommit(false);
            writer.createStatement().execute("LOCK TABLE a IN ROW EXCLUSIVE MODE"); // an index waits for writers
            job = migrate();
            await(database, BUILDING, "1");

            first.signal("KILL");
            second = start("second");

            await(store.owner(), "SELECT attempt FROM job WHERE id = " + job, "2");
            writer.rollback();
        }
        await(store.owner(), "SELECT state FROM job WHERE id = " + job, "SUCCEEDED");
        assertThat(column(database, "SELECT id FROM a ORDER BY id")).containsExactly("1", "2");
        assertThat(column(database, "SELECT indisvalid FROM pg_index WHERE indrelid = 'a'::regclass"))
                .containsExactly("t");
        assertThat(column(database, "SELECT success FROM flyway_schema_history WHERE version = '1'"))
                .containsExactly("t");
    }
}
