package io.lockkeeper.timeout;

import static io.lockkeeper.security.ApiTokens.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.TestServers;
import io.lockkeeper.store.StoreAddress;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/// A fresh database on a server of one version, and roles that nobody else uses, of which only these may connect to it;
/// what a role does is done through a target that is registered for it.
final class PolicyTarget {
    final TestServers.Server server;
    final StoreAddress database;
    private final String suffix = UUID.randomUUID().toString().substring(0, 8);

    PolicyTarget(int major) {
        server = TestServers.server(major);
        database = server.emptyDatabase();
        sql("REVOKE CONNECT ON DATABASE " + database.database() + " FROM PUBLIC");
    }

    /// @param attributes such as `LOGIN CREATEROLE`
    String role(String stem, String attributes) {
        String name = stem + suffix;
        sql(
                "CREATE ROLE " + quoted(name) + " PASSWORD 'secret' " + attributes,
                "GRANT CONNECT ON DATABASE " + database.database() + " TO " + quoted(name));
        return name;
    }

    String databaseNamed(String stem) {
        String name = stem + suffix;
        TestServers.execute(server.address("postgres"), "CREATE DATABASE " + quoted(name));
        return name;
    }

    static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    void sql(String... statements) {
        TestServers.execute(database, statements);
    }

    String registered() {
        return registered(new JsonObject());
    }

    /// As the superuser.
    String registered(JsonObject more) {
        return register(database.username(), database.password().orElseThrow(), database.database(), more);
    }

    String registeredAs(String role) {
        return registeredAs(role, database.database());
    }

    String registeredAs(String role, String inDatabase) {
        return register(role, "secret", inDatabase, new JsonObject());
    }

    String registeredIn(String otherDatabase) {
        return register(database.username(), database.password().orElseThrow(), otherDatabase, new JsonObject());
    }

    private String register(String username, String password, String in, JsonObject more) {
        String name = "t-" + UUID.randomUUID();
        JsonObject spec = new JsonObject()
                .put("name", name)
                .put("engine", "postgresql")
                .put("host", server.host())
                .put("port", server.port())
                .put("database", in)
                .put("username", username)
                .put("credential", new JsonObject().put("value", password))
                .put("tls", new JsonObject().put("mode", "disable"))
                .mergeIn(more);
        asAdmin()
                .contentType(ContentType.JSON)
                .body(spec.encode())
                .post("/api/v1/targets")
                .then()
                .statusCode(201);
        return name;
    }

    /// What the catalogue keeps for a database and a role, each null for none; sorted.
    List<String> kept(String inDatabase, String ofRole) {
        String sql = """
                SELECT unnest(s.setconfig) FROM pg_db_role_setting s
                LEFT JOIN pg_database d ON d.oid = s.setdatabase LEFT JOIN pg_roles r ON r.oid = s.setrole
                WHERE d.datname IS NOT DISTINCT FROM ? AND r.rolname IS NOT DISTINCT FROM ? ORDER BY 1""";
        try (var connection = TestServers.connect(database);
                var statement = connection.prepareStatement(sql)) {
            statement.setString(1, inDatabase);
            statement.setString(2, ofRole);
            List<String> kept = new ArrayList<>();
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    kept.add(rows.getString(1));
                }
            }
            return kept;
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
    }

    static JsonObject policy(String target, JsonObject... rules) {
        return new JsonObject().put("target", target).put("mode", "apply").put("rules", new JsonArray(List.of(rules)));
    }

    static JsonObject onDatabase(String database, String... settings) {
        return rule("database", database, null, settings);
    }

    static JsonObject onRole(String role, String... settings) {
        return rule("role", null, role, settings);
    }

    static JsonObject rule(String scope, String database, String role, String... settings) {
        JsonObject values = new JsonObject();
        for (String setting : settings) {
            String[] parts = setting.split("=", 2);
            values.put(parts[0], parts[1]);
        }
        JsonObject rule = new JsonObject().put("scope", scope).put("settings", values);
        if (database != null) {
            rule.put("database", database);
        }
        return role == null ? rule : rule.put("role", role);
    }

    /// The finished job.
    static JsonPath run(JsonObject policy) {
        return run("/api/v1/timeout-policies", policy);
    }

    static JsonPath undo(long policy) {
        return run("/api/v1/timeout-policies/" + policy + "/undo", new JsonObject());
    }

    static JsonPath run(String path, JsonObject body) {
        JsonPath job = asAdmin()
                .contentType(ContentType.JSON)
                .header("Prefer", "wait=60")
                .body(body.encode())
                .post(path)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
        assertThat(job.getBoolean("done")).isTrue();
        return job;
    }

    static void succeeded(JsonPath job) {
        assertThat(job.getString("state")).as(job.prettify()).isEqualTo("SUCCEEDED");
    }

    static void failed(JsonPath job, String code) {
        assertThat(job.getString("state")).as(job.prettify()).isEqualTo("FAILED");
        assertThat(job.getString("error.code")).as(job.prettify()).isEqualTo(code);
    }
}
