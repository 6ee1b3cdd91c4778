package io.lockkeeper.backup;

import static io.lockkeeper.backup.BackupTarget.BACKUPS;
import static io.lockkeeper.backup.KeptBackups.hold;
import static io.lockkeeper.backup.KeptBackups.patch;
import static io.lockkeeper.backup.KeptBackups.tag;
import static io.lockkeeper.security.ApiTokens.as;
import static io.lockkeeper.security.ApiTokens.asAdmin;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import io.lockkeeper.security.ApiTokens;
import io.lockkeeper.security.Role;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Who may hold and release a backup, and what is told of it.
@QuarkusTest
class BackupKeepingApiTest {
    private static final Map<String, KeptBackups> KEPT = new ConcurrentHashMap<>();

    @Inject
    Pool store;

    @Test
    void holdsAndReleasesWithAnAuditRowEach() {
        var kept = new KeptBackups(store);
        String operator = ApiTokens.with(Role.OPERATOR);
        String admin = ApiTokens.with(Role.ADMIN);
        String before = tag(kept.real);

        patch(operator, kept.real, "{\"hold\": \"case\", \"expiresAt\": \"2999-01-01T00:00:00Z\"}")
                .statusCode(200)
                .header("ETag", not(before))
                .body("hold", is("case"))
                .body("expiresAt", is("2999-01-01T00:00:00Z"));
        patch(operator, kept.real, "{\"hold\": null}")
                .statusCode(403)
                .body("detail", containsString("backups-release"));
        patch(operator, kept.real, "{\"expiresAt\": \"2998-01-01T00:00:00Z\"}").statusCode(403);
        patch(operator, kept.real, "{\"expiresAt\": \"3000-01-01T00:00:00Z\"}").statusCode(200);
        patch(ApiTokens.with(Role.VIEWER), kept.real, "{\"hold\": \"mine\"}").statusCode(403);
        patch(admin, kept.real, "{\"hold\": null, \"expiresAt\": null}")
                .statusCode(200)
                .body("hold", nullValue())
                .body("expiresAt", nullValue());

        asAdmin()
                .get("/api/v1/audit?target=" + kept.target.name)
                .then()
                .body("items.action", hasItems("backup.hold", "backup.release", "backup.expiry"))
                .body("items.find { it.action == 'backup.release' }.detail.hold", is("case"))
                .body("items.find { it.action == 'backup.hold' }.object", is("backup/" + kept.real));
    }

    @Test
    void nobodysChangeIsLost() {
        var kept = new KeptBackups(store);
        String read = tag(kept.real);
        hold(kept.real, "first").statusCode(200);

        asAdmin()
                .contentType("application/merge-patch+json")
                .header("If-Match", read)
                .body("{\"hold\": \"second\"}")
                .patch(BACKUPS + "/" + kept.real)
                .then()
                .statusCode(412);
        asAdmin()
                .contentType("application/merge-patch+json")
                .body("{\"hold\": \"second\"}")
                .patch(BACKUPS + "/" + kept.real)
                .then()
                .statusCode(428);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"hold": ""}                            | /hold
            {"hold": "a\\u0007b"}                   | /hold
            {"hold": 7}                             | /hold
            {"expiresAt": "2020-01-01T00:00:00Z"}   | /expiresAt
            {"expiresAt": "tomorrow"}               | /expiresAt
            {"proof": {"verdict": "PROVEN"}}        | /proof
            []                                      | ``
            """)
    void refusesAPatchThatMakesNoSense(String body, String pointer) {
        var kept = KEPT.computeIfAbsent("patch", _ -> new KeptBackups(store));
        patch(ApiTokens.admin(), kept.real, body).statusCode(400).body("errors.pointer", is(List.of(pointer)));
    }

    @Test
    void onlyOperatorsStartThese() {
        String viewer = ApiTokens.with(Role.VIEWER);
        for (String path : List.of("/api/v1/backup-prunings", "/api/v1/backup-checks", BACKUPS + "/1/checks")) {
            as(viewer)
                    .contentType(ContentType.JSON)
                    .body("{}")
                    .post(path)
                    .then()
                    .statusCode(403);
        }
        as(viewer).delete(BACKUPS + "/1").then().statusCode(403);
        as(viewer).get("/api/v1/backup-health").then().statusCode(200);
    }

    @Test
    void tellsTheLatest() {
        var kept = new KeptBackups(store);
        long proven = kept.daysAgo(2);
        long broken = kept.taken(Instant.now().plus(Duration.ofHours(1)));
        kept.proven(proven);
        kept.update("UPDATE backup SET verdict = 'BROKEN', judged_at = now(), judged_by = 1 WHERE id = $1", broken);

        asAdmin()
                .get(BACKUPS + "/latest?target=" + kept.target.name)
                .then()
                .statusCode(200)
                .body("newest.id", is((int) kept.real))
                .body("proven.id", is((int) proven));
        asAdmin().get(BACKUPS + "/latest").then().statusCode(400).body("code", is("invalid-parameter"));
        asAdmin().get(BACKUPS + "/latest?target=none").then().statusCode(200).body("newest", nullValue());
    }
}
