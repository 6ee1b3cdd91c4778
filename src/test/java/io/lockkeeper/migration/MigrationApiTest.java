package io.lockkeeper.migration;

import static io.lockkeeper.security.ApiTokens.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;

import io.lockkeeper.job.ApiJobs;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.Test;

@QuarkusTest
class MigrationApiTest {
    private static JsonObject request(String target, String... pathsAndContents) {
        JsonArray files = new JsonArray();
        for (int i = 0; i < pathsAndContents.length; i += 2) {
            files.add(new JsonObject().put("path", pathsAndContents[i]).put("content", pathsAndContents[i + 1]));
        }
        JsonObject request = new JsonObject().put("target", target);
        return files.isEmpty() ? request : request.put("files", files);
    }

    private static JsonPath run(JsonObject request) {
        return asAdmin()
                .contentType(ContentType.JSON)
                .header("Prefer", "wait=60")
                .body(request.encode())
                .post("/api/v1/migration-runs")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    private static void succeeded(JsonPath job) {
        assertThat(job.getString("state")).as(job.prettify()).isEqualTo("SUCCEEDED");
    }

    private static void failed(JsonPath job, String code) {
        assertThat(job.getString("error.code")).as(job.prettify()).isEqualTo(code);
    }

    @Test
    void plansAndAppliesThatVeryPlan() {
        String target = ApiJobs.target();
        JsonObject files = request(
                target,
                "V1__a.sql",
                "CREATE TABLE a (id int);\nINSERT INTO a SELECT generate_series(1, 3);",
                "V2__b.sql",
                "DO $$ BEGIN RAISE NOTICE 'hello'; END $$;\nCREATE INDEX CONCURRENTLY a_id ON a (id);",
                "README.md",
                "hello");

        JsonPath plan = run(files);

        succeeded(plan);
        assertThat(plan.getBoolean("result.applied")).isFalse();
        assertThat(plan.getList("result.migrations.state")).containsExactly("PENDING", "PENDING");
        assertThat(plan.getList("result.planned[1].steps.kind"))
                .containsExactly("transaction", "statement", "transaction");
        assertThat(plan.getList("result.left.path")).containsExactly("README.md");
        String bundle = plan.getString("result.bundle");
        JsonObject apply = request(target)
                .put("bundle", bundle)
                .put("plan", plan.getString("result.digest"))
                .put("mode", "apply");
        JsonPath applied = run(apply);
        succeeded(applied);
        failed(run(apply), "plan-outdated");

        asAdmin()
                .get("/api/v1/targets/" + target + "/migrations")
                .then()
                .statusCode(200)
                .body("bundle", is(bundle))
                .body("format", is("flyway"))
                .body("history", is("public.flyway_schema_history"))
                .body("migrations.state", is(List.of("APPLIED", "APPLIED")));
        JsonPath journal = asAdmin()
                .get("/api/v1/migration-runs/" + applied.getLong("id"))
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
        assertThat(journal.getList("steps.state")).containsOnly("DONE").hasSize(4);
        assertThat(journal.getObject("steps[0].statements[0].rows", Integer.class))
                .isNull(); // it is DDL
        assertThat(journal.getInt("steps[0].statements[1].rows")).isEqualTo(3);
        assertThat(journal.getList("steps[1].statements[0].notices")).containsExactly("NOTICE: hello");
        assertThat(journal.getString("steps[0].xid")).isNotBlank();
        assertThat(journal.getString("steps[2].xid")).isNull();
        assertThat(journal.getString("endedAt")).isNotBlank();
    }

    @Test
    void goesOnWithARetryWhereTheStatementFailed() throws Exception {
        String target = ApiJobs.target();
        JsonPath first = run(request(
                        target,
                        "V1__a.sql",
                        "CREATE TABLE a (id int);\nCREATE INDEX CONCURRENTLY a_id ON a (id);\nSELECT 1 / (SELECT count(*)"
                                + " FROM pg_class WHERE relname = 'b');")
                .put("mode", "apply"));
        failed(first, "migration-failed");
        assertThat(first.getString("error.detail")).contains("V1__a.sql:3", "up to that of line 2");

        succeeded(run(request(target, "001_b.sql", "CREATE TABLE b (id int);")
                .put("format", "plain")
                .put("mode", "apply")
                .put(
                        "allow",
                        new JsonArray()
                                .add(new JsonObject()
                                        .put("rule", "schema-not-empty")
                                        .put("reason", "b is somebody else's")))));
        long retried = ApiJobs.act(io.lockkeeper.security.ApiTokens.admin(), first.getLong("id"), "retry")
                .statusCode(201)
                .extract()
                .jsonPath()
                .getLong("id");

        succeeded(ApiJobs.await(retried, io.lockkeeper.job.JobState.SUCCEEDED, io.lockkeeper.job.JobState.FAILED));
    }

    @Test
    void tellsWhatHasToBeDecided() {
        String target = ApiJobs.target();
        succeeded(run(request(target, "V2__b.sql", "SELECT 2;").put("mode", "apply")));

        JsonPath job = run(request(target, "V1__a.sql", "SELECT 1;", "V2__b.sql", "SELECT 3;")
                .put("mode", "apply"));

        failed(job, "decision-needed");
        assertThat(job.getList("error.errors.pointer")).containsExactlyInAnyOrder("1", "2");
    }

    @Test
    void refusesWhatHasNoWayBackWhereThatIsDemanded() {
        String target = ApiJobs.register(new JsonObject().put("protection", new JsonObject().put("wayBack", true)));
        JsonObject files = request(target, "V1__a.sql", "CREATE TABLE a (id int);");

        JsonPath plan = run(files);
        succeeded(plan);
        assertThat(plan.getList("result.findings.rule")).containsExactly("no-way-back");
        assertThat(plan.getBoolean("result.planned[0].wayBack")).isFalse();
        JsonPath refused = run(files.copy().put("mode", "apply"));
        failed(refused, "no-way-back");
        assertThat(refused.getList("error.errors.pointer")).containsExactly("1");

        JsonPath applied = run(request(target, "V1__a.sql", "-- irreversible: the first one\nCREATE TABLE a (id int);")
                .put("mode", "apply"));
        succeeded(applied);
        assertThat(applied.getString("result.planned[0].irreversible")).isEqualTo("the first one");
    }

    @Test
    void refusesWhatCannotBeMeant() {
        asAdmin()
                .contentType(ContentType.JSON)
                .body(request("demo", "a.sql", "")
                        .put("bundle", "x")
                        .put("direction", "down")
                        .encode())
                .post("/api/v1/migration-runs")
                .then()
                .statusCode(400)
                .body("errors.pointer", hasItem("/bundle"));
        String target = ApiJobs.target();
        failed(run(request(target)), "no-bundle");
        failed(run(request(target).put("bundle", "0".repeat(64))), "unknown-bundle");
        failed(run(request(target, "a.sql", "")), "format-unknown");
        failed(run(request(target, "V1__a.sql", "\\copy")), "migrations-faulty");
        asAdmin()
                .get("/api/v1/targets/" + target + "/migrations")
                .then()
                .statusCode(422)
                .body("code", is("no-bundle"));
        asAdmin().get("/api/v1/migration-runs/999999999").then().statusCode(404);
    }
}
