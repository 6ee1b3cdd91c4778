package io.lockkeeper.migration;

import static io.lockkeeper.backup.BackupTarget.made;
import static io.lockkeeper.migration.Rehearsals.ended;
import static io.lockkeeper.migration.Rehearsals.files;
import static io.lockkeeper.migration.Rehearsals.report;
import static io.lockkeeper.migration.Rehearsals.request;
import static io.lockkeeper.migration.Rehearsals.run;
import static io.lockkeeper.migration.Rehearsals.started;
import static io.lockkeeper.migration.Rehearsals.statement;
import static io.lockkeeper.security.ApiTokens.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.TestServers;
import io.lockkeeper.backup.BackupTarget;
import io.lockkeeper.postgres.OwnCluster;
import io.lockkeeper.postgres.PostgresServer;
import io.lockkeeper.store.StoreAddress;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
class RehearsalApiTest {
    @ParameterizedTest
    @ValueSource(ints = {15, 18})
    void tellsWhatEachStatementWouldDoAndLeavesTheTargetAlone(int major) {
        BackupTarget shop = new BackupTarget(major).withAShop();
        made(shop.request());

        JsonPath job = ended(started(request(
                shop.name,
                "1_add.sql",
                "ALTER TABLE customer ADD COLUMN credit int NOT NULL DEFAULT 7;",
                "2_type.sql",
                "ALTER TABLE customer ALTER COLUMN credit TYPE bigint;",
                "3_index.sql",
                "CREATE INDEX CONCURRENTLY customer_name ON customer (name);",
                "4_fill.sql",
                "UPDATE customer SET name = upper(name);")));
        JsonPath report = run(job);

        assertThat(report.getString("rehearsal.outcome")).as(report.prettify()).isEqualTo("PASSED");
        Map<String, Object> add = statement(report, "1_add.sql");
        assertThat(relations(add, "locks")).contains("public.customer ACCESS_EXCLUSIVE");
        assertThat(relations(add, "rewritten")).isEmpty();
        Map<String, Object> type = statement(report, "2_type.sql");
        assertThat(relations(type, "locks")).contains("public.customer ACCESS_EXCLUSIVE");
        assertThat(relations(type, "rewritten")).contains("public.customer table", "public.customer_pkey index");
        assertThat(number(type, "walBytes")).isGreaterThan(100_000);
        Map<String, Object> index = statement(report, "3_index.sql");
        assertThat(relations(index, "locks")).contains("public.customer SHARE_UPDATE_EXCLUSIVE");
        assertThat(relations(index, "made")).containsExactly("public.customer_name index");
        Map<String, Object> fill = statement(report, "4_fill.sql");
        assertThat(fill).containsEntry("rows", 5000);
        assertThat(relations(fill, "locks")).contains("public.customer ROW_EXCLUSIVE");
        assertThat(number(fill, "walBytes")).isGreaterThan(500_000);
        assertThat(number(fill, "grownBytes")).isPositive();

        assertThat(report.getLong("rehearsal.run.rewrittenBytes")).isGreaterThan(100_000);
        assertThat(report.getLong("rehearsal.run.grownBytes")).isPositive();
        assertThat(report.getString("rehearsal.run.locks[0].mode")).isEqualTo("ACCESS_EXCLUSIVE");
        assertThat(report.getBoolean("rehearsal.run.locks[0].blocksReads")).isTrue();
        assertThat(report.getString("rehearsal.wayBack.end")).isEqualTo("NONE");
        assertThat(report.getString("rehearsal.wayBack.detail")).contains("1_add.sql");
        assertThat(report.getList("rehearsal.notes")).isNotEmpty();
        assertThat(job.getString("result.rehearsal.outcome")).isEqualTo("PASSED");
        assertThat(job.getBoolean("result.applied")).isFalse();
        assertThat(job.getString("spec.mode")).isEqualTo("rehearse");
        assertThat(job.getList("steps.name")).containsSubsequence("read", "restore", "restart", "plan", "up");

        assertThat(shop.one("SELECT count(*) FROM pg_attribute WHERE attrelid = 'customer'::regclass AND attnum > 0"))
                .isEqualTo("2");
        assertThat(shop.one("SELECT to_regclass('lockkeeper_migrations') IS NULL"))
                .isEqualTo("t");
        asAdmin().get("/api/v1/targets/" + shop.name + "/migrations").then().statusCode(422); // nothing has run there
    }

    /// The statement that only others would have waited for is held until its transaction ends.
    @Test
    void countsALockToTheEndOfItsTransaction() {
        BackupTarget shop = new BackupTarget(17).withAShop();
        made(shop.request());

        JsonPath report = report(request(
                shop.name, "1_slow.sql", "LOCK TABLE customer IN SHARE MODE;\nSELECT pg_sleep(0.5);\nSELECT 1;"));

        assertThat(report.getString("rehearsal.run.locks[0].mode"))
                .as(report.prettify())
                .isEqualTo("SHARE");
        assertThat(report.getInt("rehearsal.run.locks[0].heldMs")).isGreaterThanOrEqualTo(500);
        assertThat(report.getInt("rehearsal.run.steps[0].ms")).isGreaterThanOrEqualTo(500);
    }

    /// The server of the target may even be away.
    @Test
    void goesBackAndThereAgainWhereThereIsAWayBack() {
        BackupTarget shop = new BackupTarget(17).withAShop();
        made(shop.request());
        TestServers.execute(
                shop.server.address("postgres"), "DROP DATABASE " + shop.database.database() + " WITH (FORCE)");

        JsonPath job = ended(started(request(
                shop.name,
                "1_tour.sql",
                "CREATE TABLE tour (id int PRIMARY KEY);",
                "1_tour.down.sql",
                "DROP TABLE tour;",
                "2_credit.sql",
                "ALTER TABLE customer ADD COLUMN credit int;\nCREATE INDEX CONCURRENTLY credits ON customer (credit);",
                "2_credit.down.sql",
                "ALTER TABLE customer DROP COLUMN credit;")));

        assertThat(job.getString("result.rehearsal.wayBack")).as(job.prettify()).isEqualTo("LEADS_BACK");
        assertThat(job.getList("steps.name")).containsSubsequence("plan", "up", "down", "compare", "up");
        JsonPath report = run(job);
        assertThat(report.getList("rehearsal.wayBack.back.steps.migration")).containsExactly("2", "1");
        assertThat(report.getList("rehearsal.wayBack.again.steps.path"))
                .containsExactly("1_tour.sql", "2_credit.sql", "2_credit.sql", "2_credit.sql");
    }

    @Test
    void namesWhatAWayBackLeavesBehind() {
        BackupTarget shop = new BackupTarget(17).withAShop();
        made(shop.request());

        JsonPath report = report(flyway(
                shop,
                "V1__tour.sql",
                "CREATE TABLE tour (id int);\nCREATE INDEX IF NOT EXISTS customer_name ON customer (name);",
                "U1__tour.sql",
                "DROP TABLE tour;\nCREATE SEQUENCE IF NOT EXISTS forgotten;"));

        assertThat(report.getString("rehearsal.outcome")).as(report.prettify()).isEqualTo("PASSED");
        assertThat(report.getString("rehearsal.wayBack.end")).isEqualTo("LEAVES_DIFFERENCES");
        assertThat(report.getString("rehearsal.wayBack.detail")).contains("INDEX public.customer_name: not expected");
        assertThat(report.getList("rehearsal.wayBack.differences.object"))
                .containsExactly("INDEX public.customer_name", "SEQUENCE public.forgotten");
    }

    @Test
    void tellsWhenTheWayThereCannotBeGoneAgain() {
        BackupTarget shop = new BackupTarget(17).withAShop();
        made(shop.request());

        JsonPath report = report(flyway(
                shop, "V1__names.sql", "CREATE INDEX customer_name ON customer (name);", "U1__names.sql", "SELECT 1;"));

        assertThat(report.getString("rehearsal.outcome")).as(report.prettify()).isEqualTo("PASSED");
        assertThat(report.getString("rehearsal.wayBack.end")).isEqualTo("FAILED");
        assertThat(report.getString("rehearsal.wayBack.problem.detail")).contains("V1__names.sql:1", "42P07");
        assertThat(report.getList("rehearsal.wayBack.differences.object"))
                .containsExactly("INDEX public.customer_name");
    }

    @Test
    void tellsOfAWayBackThatFails() {
        BackupTarget shop = new BackupTarget(17).withAShop();
        made(shop.request());

        JsonPath report = report(
                flyway(shop, "V1__tour.sql", "CREATE TABLE tour (id int);", "U1__tour.sql", "DROP TABLE tours;"));

        assertThat(report.getString("rehearsal.outcome")).isEqualTo("PASSED");
        assertThat(report.getString("rehearsal.wayBack.end")).isEqualTo("FAILED");
        assertThat(report.getString("rehearsal.wayBack.problem.detail")).contains("U1__tour.sql:1", "42P01");
    }

    private static JsonObject flyway(BackupTarget shop, String... pathsAndContents) {
        return request(shop.name)
                .put("files", files(pathsAndContents))
                .put("options", new JsonObject().put("baseline", "0"));
    }

    @Test
    void tellsWhichStatementWouldFail() {
        BackupTarget shop = new BackupTarget(17).withAShop();
        made(shop.request());

        JsonPath job = ended(started(request(
                shop.name,
                "1_unique.sql",
                "CREATE TABLE before (id int);\n\nCREATE UNIQUE INDEX ON orders_new (note, placed);\n",
                "2_unique.sql",
                "INSERT INTO empty VALUES (1), (1);\nALTER TABLE empty ADD UNIQUE (nothing);")));

        assertThat(job.getString("state")).isEqualTo("SUCCEEDED");
        assertThat(job.getString("result.rehearsal.outcome")).as(job.prettify()).isEqualTo("FAILED");
        assertThat(job.getString("result.rehearsal.problem.code")).isEqualTo("migration-failed");
        assertThat(job.getString("result.rehearsal.problem.detail")).contains("2_unique.sql:2", "23505");
        JsonPath report = run(job);
        assertThat(report.getList("rehearsal.run.steps.migration")).containsExactly("1", "2");
        assertThat(report.getString("rehearsal.run.steps[1].error")).contains("23505");
        assertThat(report.getMap("rehearsal.wayBack")).isNull();
    }

    /// What a superuser may and the target's role may not is found out before.
    @Test
    void runsAsTheTargetsRole() {
        TestServers.Server server = TestServers.server(17);
        StoreAddress database = server.emptyDatabase();
        String role = "app_" + System.nanoTime();
        TestServers.execute(
                server.address("postgres"),
                "CREATE ROLE " + role + " LOGIN PASSWORD 'secret'",
                "ALTER DATABASE " + database.database() + " OWNER TO " + role);
        BackupTarget shop = new BackupTarget(server, server.as(role, "secret", database.database()), role, "secret");
        shop.sql("CREATE TABLE mine (id int)");
        made(shop.request());

        JsonPath report = report(request(
                shop.name,
                "1_mine.sql",
                "ALTER TABLE mine ADD COLUMN note text;\nSET session_replication_role = replica;"));

        assertThat(report.getString("rehearsal.role")).as(report.prettify()).isEqualTo(role);
        assertThat(report.getString("rehearsal.problem.detail")).contains("1_mine.sql:2", "42501");
    }

    @ParameterizedTest
    @ValueSource(ints = {15, 18})
    void rehearsesOnAPhysicalCopy(int major) {
        try (OwnCluster cluster = OwnCluster.start(major)) {
            cluster.sql("CREATE TABLE orders AS SELECT n AS id, 'note ' || n AS note FROM generate_series(1, 20000) n");
            TestServers.Server server = new TestServers.Server(
                    major, "127.0.0.1", cluster.port(), PostgresServer.SUPERUSER, cluster.password());
            BackupTarget shop = new BackupTarget(server, cluster.address());
            long backup = made(shop.request().put("method", "physical")).getLong("id");

            JsonPath report = report(request(
                            shop.name,
                            "1_key.sql",
                            "ALTER TABLE orders ADD PRIMARY KEY (id);",
                            "1_key.down.sql",
                            "ALTER TABLE orders DROP CONSTRAINT orders_pkey;\nALTER TABLE orders ALTER id DROP NOT NULL;")
                    .put("rehearseOn", new JsonObject().put("backup", backup)));

            assertThat(report.getString("rehearsal.outcome"))
                    .as(report.prettify())
                    .isEqualTo("PASSED");
            assertThat(report.getLong("rehearsal.backup")).isEqualTo(backup);
            assertThat(report.getString("rehearsal.role")).isEqualTo(PostgresServer.SUPERUSER);
            assertThat(report.getString("rehearsal.server")).startsWith(major + ".");
            assertThat(report.getString("rehearsal.wayBack.end")).isEqualTo("LEADS_BACK");
            assertThat(relations(statement(report, "1_key.sql"), "made")).containsExactly("public.orders_pkey index");
            assertThat(cluster.one("SELECT count(*) FROM pg_constraint WHERE conrelid = 'orders'::regclass"))
                    .isEqualTo("0");
        }
    }

    /// Each with its kind or mode.
    @SuppressWarnings("unchecked")
    private static List<String> relations(Map<String, Object> statement, String which) {
        return ((List<Map<String, Object>>) statement.get(which))
                .stream()
                        .map(each -> each.get("relation") + " " + each.getOrDefault("kind", each.get("mode")))
                        .toList();
    }

    private static long number(Map<String, Object> statement, String which) {
        return ((Number) statement.get(which)).longValue();
    }
}
