package io.lockkeeper.migration;

import static io.lockkeeper.security.ApiTokens.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lockkeeper.TestServers;
import io.lockkeeper.job.ApiJobs;
import io.lockkeeper.job.SseClient;
import io.lockkeeper.job.SseClient.Stream;
import io.lockkeeper.security.ApiTokens;
import io.lockkeeper.store.StoreAddress;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What callers see of a migration that others are in the way of.
@QuarkusTest
class MigrationLocksApiTest {
    private static final Duration BOUND = Duration.ofMinutes(1);

    private final Vertx vertx = Vertx.vertx();
    private SseClient clients;
    private StoreAddress database;
    private String target;

    @BeforeEach
    void prepare() {
        clients = new SseClient(vertx, RestAssured.port, ApiTokens.admin());
        database = TestServers.emptyDatabase();
        TestServers.execute(database, "CREATE TABLE orders (id int)", "INSERT INTO orders VALUES (1)");
        target = ApiJobs.register(new JsonObject().put("database", database.database()));
    }

    @AfterEach
    void close() {
        clients.close();
        vertx.close();
    }

    /// A transaction that does not end by itself.
    private Connection open(String application, String sql) throws SQLException {
        Connection connection = TestServers.connect(database);
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET application_name = '" + application + "'");
            statement.execute(sql);
        }
        return connection;
    }

    private long started(String sql, JsonObject safety) {
        JsonObject request = new JsonObject()
                .put("target", target)
                .put("mode", "apply")
                .put("format", "plain")
                .put(
                        "files",
                        new JsonArray()
                                .add(new JsonObject()
                                        .put("path", "001_orders.sql")
                                        .put("content", sql)))
                .put(
                        "allow",
                        new JsonArray()
                                .add(new JsonObject()
                                        .put("rule", "schema-not-empty")
                                        .put("reason", "the table is there")))
                .put("safety", safety);
        return asAdmin()
                .contentType(ContentType.JSON)
                .body(request.encode())
                .post("/api/v1/migration-runs")
                .then()
                .statusCode(202)
                .extract()
                .jsonPath()
                .getLong("id");
    }

    private static boolean tells(Stream stream, String event, String... words) {
        return stream.events(event).stream().anyMatch(each -> {
            String data = each.data();
            return java.util.Arrays.stream(words).allMatch(data::contains);
        });
    }

    @Test
    void aRunThatWaitsSaysForWhomAndGoesOn() throws Exception {
        try (Connection reader = open("nightly-report", "SELECT * FROM orders")) {
            long job = started("ALTER TABLE orders ADD COLUMN note text;", new JsonObject());
            Stream stream = clients.open("/api/v1/jobs/" + job + "/events?after=0");

            await().atMost(BOUND)
                    .until(() -> tells(stream, "progress", "WAITING_FOR_LOCK: 001_orders.sql")
                            && tells(stream, "log", "WAITING_FOR_LOCK", "nightly-report", "AccessShareLock on orders"));
            reader.commit();

            await().atMost(BOUND).until(stream::hasEnded);
            assertThat(stream.states()).last().isEqualTo("SUCCEEDED");
        }
    }

    @Test
    void aRunThatGivesUpNamesWhoWasInTheWay() throws Exception {
        try (Connection reader = open("nightly-report", "SELECT * FROM orders")) {
            long job = started(
                    "ALTER TABLE orders ADD COLUMN note text;",
                    new JsonObject().put("deadline", "1s").put("lockRetries", 3));

            Stream stream = clients.open("/api/v1/jobs/" + job + "/events?after=0");

            await().atMost(BOUND).until(stream::hasEnded);
            assertThat(stream.states()).last().isEqualTo("FAILED");
            JsonPath failed = ApiJobs.get(job).extract().jsonPath();
            assertThat(failed.getString("error.code")).isEqualTo("lock-not-got");
            assertThat(failed.getString("error.detail"))
                    .contains("001_orders.sql", "nightly-report", "AccessShareLock on orders", "SELECT * FROM orders");
            reader.commit();
        }
    }

    @Test
    void aRunTellsHowFarAnIndexIs() throws Exception {
        try (Connection writer = open("import", "UPDATE orders SET id = 2")) {
            long job = started("CREATE INDEX CONCURRENTLY orders_id ON orders (id);", new JsonObject());
            Stream stream = clients.open("/api/v1/jobs/" + job + "/events?after=0");

            await().atMost(BOUND)
                    .until(() -> tells(
                            stream, "progress", "001_orders.sql", "CREATE INDEX CONCURRENTLY: waiting for writers"));
            writer.commit();

            await().atMost(BOUND).until(stream::hasEnded);
            assertThat(stream.states()).last().isEqualTo("SUCCEEDED");
            assertThat(ApiJobs.get(job).extract().jsonPath().getInt("progress.percent"))
                    .isEqualTo(100);
        }
    }
}
