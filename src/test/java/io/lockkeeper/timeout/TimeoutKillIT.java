package io.lockkeeper.timeout;

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

/// A worker is killed at the two worst moments of a policy. What it left is known, and either finished or undone.
class TimeoutKillIT {
    private static final Duration BOUND = Duration.ofSeconds(60);
    private static final String ROLE = "app_" + Long.toHexString(System.nanoTime());
    private static final String KEPT = """
            SELECT unnest(setconfig) FROM pg_db_role_setting s JOIN pg_roles r ON r.oid = s.setrole
            WHERE r.rolname = '%s' ORDER BY 1""".formatted(ROLE);
    private static final String IN_TRANSACTION = """
            SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND application_name LIKE 'lockkeeper job%'
              AND state = 'idle in transaction'""";

    private static final String SLEEPERS =
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()";

    @TempDir
    Path home;

    private final StoreAccess store = TestServers.freshStore();
    private final StoreAddress database = TestServers.emptyDatabase();
    private Instance first;
    private Instance second;

    @BeforeEach
    void startTheFirst() throws IOException {
        TestServers.execute(
                database,
                "CREATE ROLE " + ROLE + " LOGIN",
                "ALTER ROLE " + ROLE + " SET lock_timeout = '9s'",
                "ALTER ROLE " + ROLE + " SET statement_timeout = '1.5min'");
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
        TestServers.execute(database, "DROP ROLE " + ROLE);
    }

    private static long apply(Instance to) {
        JsonObject settings =
                new JsonObject().put("lock_timeout", "1s").put("idle_in_transaction_session_timeout", "1m");
        JsonObject rule =
                new JsonObject().put("scope", "role").put("role", ROLE).put("settings", settings);
        JsonObject policy = new JsonObject()
                .put("target", "patient")
                .put("mode", "apply")
                .put("retireUnlisted", true)
                .put("rules", new JsonArray().add(rule));
        return to.post("/api/v1/timeout-policies", policy, 202).getLong("id");
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

    /// The retry finds out what there is, and the way back leads to where the first attempt began.
    private void theSecondFinishesAndUndoes(long policy) throws IOException {
        second = start("second");
        await(store.owner(), "SELECT state FROM job WHERE id = " + policy, "SUCCEEDED");
        assertThat(column(store.owner(), "SELECT attempt FROM job WHERE id = " + policy))
                .containsExactly("2");
        assertThat(column(database, KEPT))
                .containsExactly("idle_in_transaction_session_timeout=1min", "lock_timeout=1s");

        second.succeed("/api/v1/timeout-policies/" + policy + "/undo", new JsonObject());

        assertThat(column(database, KEPT)).containsExactly("lock_timeout=9s", "statement_timeout=1.5min");
    }

    @Test
    void nothingStaysOfWhatWasKilledBetweenAlterAndCommit() throws Exception {
        long policy;
        try (Connection holder = TestServers.connect(store.owner())) {
            holder.setAutoCommit(false);
            holder.createStatement()
                    .execute("LOCK TABLE timeout_policy IN EXCLUSIVE MODE"); // it writes its way back there
            policy = apply(first);
            await(database, IN_TRANSACTION, "1");

            first.signal("KILL");

            await(database, IN_TRANSACTION, "0");
        }
        assertThat(column(database, KEPT)).containsExactly("lock_timeout=9s", "statement_timeout=1.5min");
        theSecondFinishesAndUndoes(policy);
    }

    @Test
    void theWayBackIsKeptOfWhatWasKilledAfterTheCommit() throws Exception {
        TestServers.execute(
                store.owner(),
                "CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(9); RETURN new; END'",
                "CREATE TRIGGER hold BEFORE UPDATE ON timeout_policy FOR EACH ROW WHEN (new.applied_at IS NOT NULL)"
                        + " EXECUTE FUNCTION hold()"); // it notes there that it is done
        StoreAddress watcher = TestServers.server().address(store.owner().database());
        long policy = apply(first);
        await(watcher, SLEEPERS, "1");

        first.signal("KILL");

        TestServers.execute(
                watcher,
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
                        + " AND datname = current_database()",
                "DROP TRIGGER hold ON timeout_policy");
        assertThat(column(
                        store.owner(),
                        "SELECT concat(applied_at, ' ', before) FROM timeout_policy WHERE job_id = " + policy))
                .singleElement()
                .asString()
                .startsWith(" ")
                .contains("lock_timeout=9s", "statement_timeout=1.5min");
        assertThat(column(database, KEPT))
                .containsExactly("idle_in_transaction_session_timeout=1min", "lock_timeout=1s");
        theSecondFinishesAndUndoes(policy);
    }
}
