package io.lockkeeper.restore;

import static io.lockkeeper.backup.BackupTarget.made;
import static io.lockkeeper.restore.RestoreTests.TESTS;
import static io.lockkeeper.restore.RestoreTests.of;
import static io.lockkeeper.restore.RestoreTests.verdict;
import static io.lockkeeper.security.ApiTokens.as;
import static io.lockkeeper.security.ApiTokens.asAdmin;
import static io.lockkeeper.security.ApiTokens.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.notNullValue;

import io.lockkeeper.backup.BackupTarget;
import io.lockkeeper.security.Role;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/// What a test leaves: evidence, a page to be filed, a proof on the target, metrics.
@QuarkusTest
class RestoreReportApiTest {
    private static final String HOSTILE = "<img src=x onerror=alert(1)>\u202e'&\"";

    @Test
    void answersEvidenceThatCanBeCheckedAndAPageThatRunsNothing() throws Exception {
        BackupTarget shop = new BackupTarget(17).withAShop();
        shop.sql(
                "CREATE TABLE \"" + HOSTILE.replace("\"", "\"\"")
                        + "\" (id int PRIMARY KEY, customer bigint REFERENCES customer)",
                "SET session_replication_role = replica; INSERT INTO \"" + HOSTILE.replace("\"", "\"\"")
                        + "\" VALUES (1, 0)");
        JsonPath test = verdict(of(made(shop.request()).getLong("id")));
        String report = TESTS + "/" + test.getLong("id") + "/report";

        Response json = asAdmin().accept("application/json").get(report);
        Response page = asAdmin().accept("text/html").get(report);

        byte[] digest = MessageDigest.getInstance("SHA-256").digest(json.asByteArray());
        assertThat(json.contentType()).startsWith("application/json");
        assertThat(json.header("X-Evidence-Sha256"))
                .isEqualTo(HexFormat.of().formatHex(digest))
                .isEqualTo(test.getString("evidence"));
        assertThat(json.jsonPath().getString("reasons[0].subject")).contains(HOSTILE);
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.contentType()).startsWith("text/html");
        assertThat(page.headers().getValues("Content-Security-Policy")).hasSize(1);
        assertThat(page.header("Content-Security-Policy"))
                .contains("default-src 'none'", "sandbox")
                .doesNotContain("unsafe");
        assertThat(page.header("X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(page.asString())
                .contains(
                        "BROKEN",
                        "SOURCE",
                        test.getString("evidence"),
                        "&lt;img src=x onerror=alert(1)&gt;\\u{202e}&#39;&amp;&quot;")
                .doesNotContain("<img", "<script", "\u202e");
    }

    @Test
    void tellsWhenATargetWasLastProven() {
        BackupTarget shop = new BackupTarget(17).withAShop();
        asAdmin().get("/api/v1/targets/" + shop.name).then().statusCode(200).body("lastProven", is((Object) null));
        long backup = made(shop.request()).getLong("id");

        JsonPath test = verdict(of(backup));

        String viewer = with(Role.VIEWER);
        as(viewer)
                .get("/api/v1/targets/" + shop.name)
                .then()
                .statusCode(200)
                .header("ETag", notNullValue())
                .body("lastProven.backup", is((int) backup))
                .body("lastProven.restoreTest", is(test.getInt("id")))
                .body("lastProven.at", notNullValue());
        asAdmin()
                .get("/q/metrics")
                .then()
                .statusCode(200)
                .body(containsString("lockkeeper_target_proof_age_seconds{target=\"" + shop.name + "\"}"))
                .body(containsString("lockkeeper_target_restore_time_seconds{target=\"" + shop.name + "\"}"));
    }
}
