package io.lockkeeper.backup;

import static io.lockkeeper.security.ApiTokens.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.TestServers;
import io.lockkeeper.postgres.ChildProcess;
import io.lockkeeper.postgres.ChildProcess.Command;
import io.lockkeeper.postgres.ClientTools;
import io.lockkeeper.store.StoreAddress;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/// A fresh database on a server of one version, registered as a target, and the programs that fit it.
public final class BackupTarget {
    public static final String BACKUPS = "/api/v1/backups";

    public final TestServers.Server server;
    public final StoreAddress database;
    public final String name = "b-" + UUID.randomUUID();

    public BackupTarget(int major) {
        this(TestServers.server(major), TestServers.server(major).emptyDatabase());
    }

    public BackupTarget(TestServers.Server server, StoreAddress database) {
        this(server, database, database.username(), database.password().orElseThrow());
    }

    public BackupTarget(TestServers.Server server, StoreAddress database, String username, String password) {
        this.server = server;
        this.database = database;
        JsonObject spec = new JsonObject()
                .put("name", name)
                .put("engine", "postgresql")
                .put("host", server.host())
                .put("port", server.port())
                .put("database", database.database())
                .put("username", username)
                .put("credential", new JsonObject().put("value", password))
                .put("tls", new JsonObject().put("mode", "disable"));
        asAdmin()
                .contentType(ContentType.JSON)
                .body(spec.encode())
                .post("/api/v1/targets")
                .then()
                .statusCode(201);
    }

    /// A few tables of a shop, with what makes dumps interesting.
    public BackupTarget withAShop() {
        sql(
                """
                CREATE TABLE customer (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL);
                CREATE TABLE "odd ""name""\" (id int, what text);
                CREATE TABLE orders (id bigint, customer bigint REFERENCES customer, placed date NOT NULL, note text)
                    PARTITION BY RANGE (placed);
                CREATE TABLE orders_old PARTITION OF orders FOR VALUES FROM (MINVALUE) TO ('2026-01-01');
                CREATE TABLE orders_new PARTITION OF orders FOR VALUES FROM ('2026-01-01') TO (MAXVALUE);
                CREATE TABLE empty (nothing int);
                CREATE SEQUENCE ticket START 41""",
                "SELECT nextval('ticket')",
                "INSERT INTO customer (name) SELECT 'customer ' || n FROM generate_series(1, 5000) n",
                "INSERT INTO \"odd \"\"name\"\"\" VALUES (1, E'a\\tb\\n\\\\.'), (2, NULL), (3, '')",
                """
                INSERT INTO orders SELECT n, n % 5000 + 1, date '2025-06-01' + n % 400, repeat('note ' || n, 40)
                FROM generate_series(1, 20000) n""",
                "SELECT lo_from_bytea(0, convert_to(repeat('large', 1000), 'UTF8'))");
        return this;
    }

    public void sql(String... statements) {
        TestServers.execute(database, statements);
    }

    public String one(String sql) {
        return one(database, sql);
    }

    public static String one(StoreAddress database, String sql) {
        try (var connection = TestServers.connect(database);
                var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            return rows.next() ? rows.getString(1) : null;
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
    }

    /// A request for a backup of it.
    public JsonObject request() {
        return new JsonObject().put("target", name);
    }

    /// The finished job.
    public static JsonPath run(JsonObject request) {
        return asAdmin()
                .contentType(ContentType.JSON)
                .header("Prefer", "wait=25")
                .body(request.encode())
                .post(BACKUPS)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    public static long started(JsonObject request) {
        return asAdmin()
                .contentType(ContentType.JSON)
                .body(request.encode())
                .post(BACKUPS)
                .then()
                .statusCode(202)
                .extract()
                .jsonPath()
                .getLong("id");
    }

    /// The backup that this request makes.
    public static JsonPath made(JsonObject request) {
        JsonPath job = run(request);
        assertThat(job.getString("state")).as(job.prettify()).isEqualTo("SUCCEEDED");
        return backup(job.getLong("id"));
    }

    public static JsonPath backup(long id) {
        return asAdmin()
                .get(BACKUPS + "/" + id)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    public static byte[] content(long backup) {
        return asAdmin()
                .get(BACKUPS + "/" + backup + "/content")
                .then()
                .statusCode(200)
                .extract()
                .asByteArray();
    }

    /// What a program of the right version says; it must end well.
    public String tool(String program, StoreAddress database, String... arguments) throws Exception {
        Path path = ClientTools.forServer(server.major(), List.of(program), List.of())
                .program(program);
        List<String> all = new ArrayList<>(List.of(arguments));
        Map<String, String> environment = Map.of(
                "PGHOST", database.host(),
                "PGPORT", Integer.toString(database.port()),
                "PGUSER", database.username(),
                "PGPASSWORD", database.password().orElseThrow(),
                "PGDATABASE", database.database());
        ChildProcess.Ended ended =
                ChildProcess.run(new Command(path, all, Path.of("/"), environment), Duration.ofMinutes(2));
        assertThat(ended.exitCode()).as(ended.text()).isZero();
        return ended.text();
    }
}
