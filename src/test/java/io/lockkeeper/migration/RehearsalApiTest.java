package io.lockkeeper.migration;

import static io.lockkeeper.backup.BackupTarget.made;
import static io.lockkeeper.migration.Rehearsals.report;
import static io.lockkeeper.migration.Rehearsals.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.backup.BackupTarget;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
class RehearsalApiTest {
    @ParameterizedTest
    @ValueSource(ints = {15, 18})
    void tellsWhatEachStatementWouldDo(int major) {
        BackupTarget shop = new BackupTarget(major).withAShop();
        made(shop.request());

        JsonPath report = report(request(shop.name, "1_prices.sql", """
                ALTER TABLE customer ADD COLUMN credit int NOT NULL DEFAULT 7;
                ALTER TABLE customer ALTER COLUMN id TYPE numeric;
                CREATE INDEX CONCURRENTLY customer_name ON customer (name);
                UPDATE customer SET name = upper(name);
                """));
        System.out.println(report.prettify());
        assertThat(report.getString("rehearsal.outcome")).as(report.prettify()).isEqualTo("PASSED");
    }
}
