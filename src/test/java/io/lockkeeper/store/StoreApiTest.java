package io.lockkeeper.store;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.emptyString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;

import io.lockkeeper.security.ApiTokens;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import jakarta.inject.Inject;
import java.time.Duration;
import org.junit.jupiter.api.Test;

@QuarkusTest
class StoreApiTest {
    @Inject
    Pool pool;

    @Test
    void servesWithTheLimitsOfTheServingRole() {
        assertThat(setting("statement_timeout")).isEqualTo("10s");
        assertThat(setting("idle_in_transaction_session_timeout")).isEqualTo("5s");
        assertThat(setting("application_name")).isEqualTo("lockkeeper");
        assertThat(one("SELECT current_user::text")).isEqualTo("store_serving");
    }

    @Test
    void hasItsSchema() {
        assertThat(one("SELECT version FROM flyway_schema_history WHERE version = '1' AND success"))
                .isEqualTo("1");
    }

    @Test
    void isReadyWhenTheStoreAnswers() {
        given().get("/q/health/ready")
                .then()
                .statusCode(200)
                .body("checks.name", hasItem("store"))
                .body("checks.find { it.name == 'store' }.data.version", not(emptyString()))
                .body("checks.find { it.name == 'store' }.data.latencyMicros", greaterThan(0));
        given().get("/q/health/live").then().statusCode(200).body("checks.name", hasItem("process"));
        given().get("/q/health/started").then().statusCode(200).body("checks.name", hasItem("schema"));
    }

    @Test
    void measuresItsPool() {
        one("SELECT 'used'");
        ApiTokens.asAdmin().get("/q/metrics").then().statusCode(200).body(containsString("pool_name=\"store\""));
    }

    private String setting(String name) {
        return one("SELECT current_setting('" + name + "')");
    }

    private String one(String query) {
        Row row = pool.query(query)
                .execute()
                .await()
                .atMost(Duration.ofSeconds(30))
                .iterator()
                .next();
        return row.getString(0);
    }
}
