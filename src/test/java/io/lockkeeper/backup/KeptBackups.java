package io.lockkeeper.backup;

import static io.lockkeeper.backup.BackupTarget.BACKUPS;
import static io.lockkeeper.security.ApiTokens.asAdmin;

import io.lockkeeper.security.ApiTokens;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.restassured.response.ValidatableResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Stream;

/// A target with one real backup of next to nothing, and true copies of that, files and all, as if they had
/// been made at other times.
final class KeptBackups {
    private final Pool store;
    final BackupTarget target = new BackupTarget(17);
    final long real;

    KeptBackups(Pool store) {
        this.store = store;
        target.sql("CREATE TABLE note (id int)", "INSERT INTO note SELECT generate_series(1, 1000)");
        JsonPath made = BackupTarget.made(
                target.request().put("format", "custom").put("globals", false).put("fingerprint", "counts"));
        this.real = made.getLong("id");
    }

    /// @return the id of a copy of the real one
    long taken(Instant at) {
        Row row = one("""
                INSERT INTO backup (id, target_id, target, state, method, format, depot, folder, database, completed_at, sha256, bytes,
                                    raw_bytes, server_version, tool_version, snapshot_at, fingerprint)
                SELECT nextval('job_id_seq'), target_id, target, state, method, format, depot, target || '/copy-' || gen_random_uuid(),
                       database, $2, sha256, bytes, raw_bytes, server_version, tool_version, $2, fingerprint
                FROM backup WHERE id = $1 RETURNING id, folder""", real, at.atOffset(ZoneOffset.UTC));
        copy(folder(real), depot().resolve(row.getString("folder")));
        return row.getLong("id");
    }

    long daysAgo(int days) {
        return taken(Instant.now().minus(Duration.ofDays(days)));
    }

    KeptBackups proven(long... backups) {
        for (long backup : backups) {
            update("UPDATE backup SET verdict = 'PROVEN', judged_at = now(), judged_by = 1 WHERE id = $1", backup);
        }
        return this;
    }

    static Path depot() {
        return Path.of("target/lockkeeper-test/depot").toAbsolutePath();
    }

    Path folder(long backup) {
        return depot().resolve(
                        one("SELECT folder FROM backup WHERE id = $1", backup).getString("folder"));
    }

    Row one(String sql, Object... values) {
        return store.preparedQuery(sql)
                .executeAndAwait(Tuple.tuple(List.of(values)))
                .iterator()
                .next();
    }

    void update(String sql, Object... values) {
        store.preparedQuery(sql).executeAndAwait(Tuple.tuple(List.of(values)));
    }

    long count(String sql, Object... values) {
        return one(sql, values).getLong(0);
    }

    List<Long> there() {
        return asAdmin()
                .get(BACKUPS + "?limit=1000&target=" + target.name)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath()
                .getList("items.id", Long.class);
    }

    static String tag(long backup) {
        return asAdmin()
                .get(BACKUPS + "/" + backup)
                .then()
                .statusCode(200)
                .extract()
                .header("ETag");
    }

    static ValidatableResponse patch(String token, long backup, String body) {
        return ApiTokens.as(token)
                .contentType("application/merge-patch+json")
                .header("If-Match", tag(backup))
                .body(body)
                .patch(BACKUPS + "/" + backup)
                .then();
    }

    static ValidatableResponse hold(long backup, String why) {
        return patch(ApiTokens.admin(), backup, "{\"hold\": " + (why == null ? "null" : '"' + why + '"') + "}");
    }

    static ValidatableResponse delete(long backup, String query) {
        return asAdmin()
                .header("If-Match", tag(backup))
                .header("Prefer", "wait=60")
                .delete(BACKUPS + "/" + backup + query)
                .then();
    }

    /// The job at its end.
    JsonPath prune(String mode, JsonObject rules) {
        return done(
                "/api/v1/backup-prunings", target.request().put("mode", mode).put("rules", rules));
    }

    JsonPath check(JsonObject more) {
        return done("/api/v1/backup-checks", target.request().mergeIn(more));
    }

    static JsonPath done(String path, JsonObject request) {
        return post(path, request).statusCode(200).extract().jsonPath();
    }

    static ValidatableResponse post(String path, JsonObject request) {
        return asAdmin()
                .contentType(ContentType.JSON)
                .header("Prefer", "wait=60")
                .body(request.encode())
                .post(path)
                .then();
    }

    static void copy(Path from, Path to) {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()), StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
