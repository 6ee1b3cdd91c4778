package io.lockkeeper.restore;

import static io.lockkeeper.backup.BackupTarget.backup;
import static io.lockkeeper.security.ApiTokens.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.backup.BackupTarget;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

@QuarkusTest
class EveryNightProvedApiTest {
    /// One request: a backup, and behind it the restore test of that very backup.
    @Test
    void aScheduleBacksUpAndProves() {
        BackupTarget shop = new BackupTarget(17).withAShop();
        asAdmin()
                .contentType(ContentType.JSON)
                .body("""
                        {"name": "%s", "cron": "0 3 * * *", "kind": "backup", "spec": {"target": "%s"}, "paused": true,
                         "then": {"kind": "restore-test",
                                  "spec": {"checks": [{"name": "orders", "sql": "SELECT count(*) FROM orders", "expect": "20000"},
                                                      {"name": "customers", "sql": "SELECT count(*) FROM customer", "expect": ">= 5000"}]}}}""".formatted(shop.name, shop.name))
                .post("/api/v1/schedules")
                .then()
                .statusCode(201);
        long backup = asAdmin()
                .header("Prefer", "wait=60")
                .post("/api/v1/schedules/" + shop.name + "/run")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath()
                .getLong("id");

        JsonPath run = Awaitility.await()
                .atMost(Duration.ofSeconds(90))
                .until(
                        () -> asAdmin()
                                .get("/api/v1/schedules/" + shop.name + "/runs")
                                .then()
                                .statusCode(200)
                                .extract()
                                .jsonPath(),
                        runs -> "SUCCEEDED".equals(runs.getString("items[0].then.job.state")));

        JsonPath test = RestoreTests.test(run.getLong("items[0].then.job.id"));
        assertThat(test.getLong("backup")).isEqualTo(backup);
        assertThat(test.getString("verdict")).as(test.prettify()).isEqualTo("PROVEN");
        assertThat(test.getList("report.checks.passed")).containsExactly(true, true);
        assertThat(backup(backup).getString("proof.verdict")).isEqualTo("PROVEN");
    }
}
