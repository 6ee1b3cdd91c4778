package io.lockkeeper.probe;

import static io.lockkeeper.security.ApiTokens.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.startsWith;

import io.lockkeeper.TestServers;
import io.lockkeeper.postgres.BlackHole;
import io.lockkeeper.postgres.Certificates;
import io.lockkeeper.postgres.FakeServer;
import io.lockkeeper.postgres.ScratchServer;
import io.lockkeeper.security.ApiTokens;
import io.lockkeeper.security.Role;
import io.lockkeeper.store.StoreAddress;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@QuarkusTest
class ProbeApiTest {
    @Test
    void tellsWhatASuperuserMayDoAndSees() {
        probe(register(spec(TestServers.emptyDatabase())))
                .statusCode(200)
                .body("reachable", is(true))
                .body("serverMajor", greaterThanOrEqualTo(14))
                .body("serverVersion", notNullValue())
                .body("latencyMs.connect", notNullValue())
                .body("tls.requested", is("disable"))
                .body("tls.encrypted", is(false))
                .body("role.superuser", is(true))
                .body("role.memberOf", hasItems("pg_monitor", "pg_signal_backend"))
                .body("abilities.backup", is("ok"))
                .body("abilities.migration", is("ok"))
                .body("abilities.timeout-policy", is("ok"))
                .body("clockSkewMs", lessThan(50))
                .body("server.standby", is(false))
                .body("server.maxConnections", greaterThanOrEqualTo(10))
                .body("server.usedConnections", greaterThanOrEqualTo(1))
                .body("server.settings.deadlock_timeout", is("1s"))
                .body("coverage", equalTo(List.of()));
    }

    @Test
    void tellsWhatAPoorRoleLacksAndCannotSee() {
        StoreAddress database = TestServers.emptyDatabase();
        String role = "poor_" + UUID.randomUUID().toString().substring(0, 8);
        TestServers.execute(
                database,
                "CREATE ROLE " + role + " LOGIN PASSWORD 'secret'",
                "REVOKE CREATE ON SCHEMA public FROM public",
                "CREATE TABLE open (id int)",
                "GRANT SELECT ON open TO public",
                "CREATE TABLE secret (id int)",
                "CREATE SEQUENCE sacred",
                "CREATE TABLE filtered (id int)",
                "GRANT SELECT ON filtered TO public",
                "ALTER TABLE filtered ENABLE ROW LEVEL SECURITY");

        probe(register(spec(database).put("username", role).put("credential", value("secret"))))
                .statusCode(200)
                .body("role.superuser", is(false))
                .body("role.mayConnect", is(true))
                .body("role.mayCreateInPublic", is(false))
                .body(
                        "abilities.backup",
                        is("cannot read 2 tables or sequences, e.g. public.sacred;"
                                + " row security hides rows of 1 table or sequence: public.filtered"))
                .body("abilities.migration", is("cannot create in schema public"))
                .body("abilities.timeout-policy", containsString("another role owns"))
                .body("coverage[0]", containsString("pg_stat_activity"));
    }

    @Test
    void tellsTheEncryptionThatWasNegotiated(@TempDir Path folder) {
        Certificates certificates = Certificates.in(folder);
        try (ScratchServer server =
                ScratchServer.start(List.of("hostssl all all 127.0.0.0/8 scram-sha-256"), certificates)) {
            probe(register(spec(server.port()).put("tls", tls("verify-full", certificates.ca()))))
                    .statusCode(200)
                    .body("tls.requested", is("verify-full"))
                    .body("tls.encrypted", is(true))
                    .body("tls.version", startsWith("TLSv1."))
                    .body("tls.cipher", notNullValue());
            told(
                    register(spec(server.port()).put("tls", tls("verify-full", certificates.stranger()))),
                    422,
                    "target-tls-failed");
        }
    }

    @Test
    void tellsTheDifferentReasonsApart() throws Exception {
        StoreAddress database = TestServers.emptyDatabase();
        told(register(spec(database).put("port", ScratchServer.freePort())), 502, "target-unreachable");
        told(register(spec(database).put("credential", value("opensesame"))), 422, "target-authentication-failed");
        told(register(spec(database).put("database", "nowhere")), 422, "target-database-missing");
        told(register(spec(database).put("tls", tls("require", null))), 422, "target-tls-failed");
        try (FakeServer old = FakeServer.ofVersion("12.20");
                FakeServer http = FakeServer.thatSpeaksHttp()) {
            told(register(spec(old.port())), 422, "target-too-old");
            told(register(spec(http.port())), 502, "target-not-postgresql");
        }
    }

    @Test
    void answersInTimeWhateverTheTargetDoes() throws Exception {
        try (BlackHole hole = new BlackHole()) {
            long start = System.nanoTime();
            told(register(spec(hole.port())), 502, "target-unreachable");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
        }
    }

    @Test
    void tellsWhoIsMissingAndLetsOperatorsAsk() {
        told("t-nowhere", 404, "not-found");
        String name = register(spec(TestServers.emptyDatabase()));
        ApiTokens.as(ApiTokens.with(Role.OPERATOR)).post(path(name)).then().statusCode(200);
        ApiTokens.as(ApiTokens.with(Role.VIEWER)).post(path(name)).then().statusCode(403);
    }

    private static void told(String name, int status, String code) {
        probe(name).statusCode(status).body("code", is(code)).body(not(containsString("opensesame")));
    }

    private static ValidatableResponse probe(String name) {
        return asAdmin().post(path(name)).then();
    }

    private static String path(String name) {
        return "/api/v1/targets/" + name + "/probe";
    }

    private static String register(JsonObject spec) {
        asAdmin()
                .contentType(ContentType.JSON)
                .body(spec.encode())
                .post("/api/v1/targets")
                .then()
                .statusCode(201);
        return spec.getString("name");
    }

    private static JsonObject spec(StoreAddress database) {
        return spec(database.port())
                .put("host", database.host())
                .put("database", database.database())
                .put("username", database.username())
                .put("credential", value(database.password().orElseThrow()));
    }

    private static JsonObject spec(int port) {
        return new JsonObject()
                .put("name", "t-" + UUID.randomUUID())
                .put("host", "localhost")
                .put("port", port)
                .put("database", "postgres")
                .put("username", "postgres")
                .put("credential", value("secret"))
                .put("tls", tls("disable", null));
    }

    private static JsonObject tls(String mode, String ca) {
        return new JsonObject().put("mode", mode).put("ca", ca);
    }

    private static JsonObject value(String password) {
        return new JsonObject().put("value", password);
    }
}
