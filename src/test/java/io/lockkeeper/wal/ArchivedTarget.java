package io.lockkeeper.wal;

import static io.lockkeeper.security.ApiTokens.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.job.ApiJobs;
import io.lockkeeper.postgres.OwnCluster;
import io.lockkeeper.postgres.PostgresServer;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.restassured.response.ValidatableResponse;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.function.Predicate;
import org.awaitility.Awaitility;

/// A cluster of its own, registered as a target whose log is archived.
public final class ArchivedTarget implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    public final OwnCluster cluster;
    public final String name = "w-" + UUID.randomUUID();

    public ArchivedTarget(OwnCluster cluster) {
        this(cluster, PostgresServer.SUPERUSER, cluster.password());
    }

    ArchivedTarget(OwnCluster cluster, String username, String password) {
        this.cluster = cluster;
        asAdmin()
                .contentType(ContentType.JSON)
                .body(new JsonObject()
                        .put("name", name)
                        .put("host", "127.0.0.1")
                        .put("port", cluster.port())
                        .put("database", "postgres")
                        .put("username", username)
                        .put("credential", new JsonObject().put("value", password))
                        .put("tls", new JsonObject().put("mode", "disable"))
                        .encode())
                .post("/api/v1/targets")
                .then()
                .statusCode(201);
    }

    public ArchivedTarget declared() {
        declare(new JsonObject()).statusCode(202);
        awaitView(view -> "ARCHIVING".equals(view.getString("state")));
        return this;
    }

    ValidatableResponse declare(JsonObject spec) {
        return asAdmin()
                .contentType(ContentType.JSON)
                .body(spec.encode())
                .put(path())
                .then();
    }

    void end() {
        asAdmin().delete(path()).then().statusCode(202);
        Awaitility.await().atMost(PATIENCE).until(() -> asAdmin().get(path()).statusCode() == 404);
    }

    /// So that no job looks for a server that is gone.
    @Override
    public void close() {
        if (asAdmin().delete(path()).statusCode() != 202) {
            return;
        }
        try {
            Awaitility.await()
                    .atMost(Duration.ofSeconds(8))
                    .until(() -> asAdmin().get(path()).statusCode() == 404);
        } catch (org.awaitility.core.ConditionTimeoutException inTrouble) {
            System.err.println("The archive of " + name + " goes on looking for its server.");
        }
    }

    String path() {
        return "/api/v1/targets/" + name + "/wal-archive";
    }

    JsonPath view() {
        return asAdmin().get(path()).then().statusCode(200).extract().jsonPath();
    }

    JsonPath awaitView(Predicate<JsonPath> wanted) {
        return Awaitility.await("the archive of " + name)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(200))
                .until(this::view, wanted);
    }

    /// Writes something, ends the segment, and returns its name.
    public String write() {
        cluster.sql(
                "CREATE TABLE IF NOT EXISTS written (at timestamptz DEFAULT clock_timestamp())",
                "INSERT INTO written DEFAULT VALUES");
        String segment = cluster.one("SELECT pg_walfile_name(pg_current_wal_insert_lsn())");
        cluster.sql("SELECT pg_switch_wal()");
        return segment;
    }

    /// Until this segment lies in the depot, or a later one.
    JsonPath awaitArchived(String segment) {
        return awaitView(view -> view.getString("last") != null
                && view.getString("last.segment").substring(8).compareTo(segment.substring(8)) >= 0);
    }

    /// Until the cluster can be brought back to this time.
    public JsonPath awaitRecoverable(Instant time) {
        return awaitView(view -> view.getString("recoverableUntil") != null
                && !Instant.parse(view.getString("recoverableUntil")).isBefore(time));
    }

    public Instant now() {
        return Instant.parse(cluster.one(
                "SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"));
    }

    /// The job that looks after it, or did so last.
    long job() {
        return asAdmin()
                .get(ApiJobs.JOBS + "?kind=wal-archive&target=" + name)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath()
                .getLong("items[0].id");
    }

    /// The one program that receives its log.
    ProcessHandle receiver() {
        String port = Integer.toString(cluster.port());
        return Awaitility.await()
                .atMost(PATIENCE)
                .until(
                        () -> ProcessHandle.allProcesses()
                                .filter(each -> each.info().command().orElse("").endsWith("/pg_receivewal"))
                                .filter(each -> environment(each).contains("PGPORT=" + port + "\0"))
                                .findFirst(),
                        java.util.Optional::isPresent)
                .orElseThrow();
    }

    private static String environment(ProcessHandle process) {
        try {
            return java.nio.file.Files.readString(
                    java.nio.file.Path.of("/proc", Long.toString(process.pid()), "environ"));
        } catch (java.io.IOException gone) {
            return "";
        }
    }

    public JsonPath backUp() {
        JsonPath job = asAdmin()
                .contentType(ContentType.JSON)
                .header("Prefer", "wait=60")
                .body(new JsonObject()
                        .put("target", name)
                        .put("method", "physical")
                        .encode())
                .post("/api/v1/backups")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
        assertThat(job.getString("state")).as(job.prettify()).isEqualTo("SUCCEEDED");
        return job;
    }
}
