package io.lockkeeper.migration;

import static io.lockkeeper.backup.BackupTarget.made;
import static io.lockkeeper.migration.Rehearsals.applied;
import static io.lockkeeper.migration.Rehearsals.ended;
import static io.lockkeeper.migration.Rehearsals.post;
import static io.lockkeeper.migration.Rehearsals.report;
import static io.lockkeeper.migration.Rehearsals.request;
import static io.lockkeeper.migration.Rehearsals.started;
import static io.lockkeeper.security.ApiTokens.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;

import io.lockkeeper.backup.BackupTarget;
import io.lockkeeper.job.ApiJobs;
import io.lockkeeper.security.ApiTokens;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Pool;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.hamcrest.Matcher;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A target where nothing is applied that was not rehearsed.
@QuarkusTest
class RehearsalDemandApiTest {
    @Inject
    Pool store;

    private BackupTarget shop;
    private JsonObject rehearsal;

    @BeforeEach
    void protect() {
        shop = new BackupTarget(17).withAShop();
        rehearsal = request(shop.name, "1_tour.sql", "CREATE TABLE tour (id int);");
        String target = "/api/v1/targets/" + shop.name;
        String tag = asAdmin().get(target).header("ETag");
        asAdmin()
                .contentType("application/merge-patch+json")
                .header("If-Match", tag)
                .body("{\"protection\": {\"rehearsal\": {\"within\": \"7d\"}}}")
                .patch(target)
                .then()
                .statusCode(200)
                .body("protection.rehearsal.within", is("7d"));
    }

    @Test
    void appliesWhatHasPassedARehearsalAndNothingElse() {
        made(shop.request());
        refused(containsString("never rehearsed"));
        ended(started(applied(rehearsal).put("mode", "plan")));
        report(request(shop.name, "1_tour.sql", "CREATE TABLE tour (id bigint);"));
        refused(containsString("never rehearsed"));

        JsonPath passed = report(rehearsal);

        assertThat(passed.getString("rehearsal.outcome")).as(passed.prettify()).isEqualTo("PASSED");
        post(applied(rehearsal).put("to", "1")).statusCode(409); // another end
        post(applied(rehearsal).put("options", new JsonObject().put("schema", "public")))
                .statusCode(409);
        String bundle = passed.getString("bundle");
        JsonObject byName = applied(rehearsal).put("bundle", bundle);
        byName.remove("files");
        JsonPath job = ended(started(byName.put("safety", new JsonObject().put("lockTimeout", "1s"))));
        assertThat(job.getString("state")).as(job.prettify()).isEqualTo("SUCCEEDED");
        assertThat(shop.one("SELECT to_regclass('tour') IS NOT NULL")).isEqualTo("t");
    }

    @Test
    void saysWhichRequestIsMissing() {
        made(shop.request());
        JsonPath other = report(request(shop.name, "1_other.sql", "SELECT 1;"));
        String bundle = other.getString("bundle");
        JsonObject apply = new JsonObject()
                .put("target", shop.name)
                .put("bundle", bundle)
                .put("mode", "apply")
                .put("direction", "down")
                .put("to", "base");

        String detail = post(apply)
                .statusCode(409)
                .body("code", is("rehearsal-needed"))
                .extract()
                .jsonPath()
                .getString("detail");

        JsonObject told = new JsonObject(detail.substring(detail.indexOf("{\"target\"")));
        assertThat(told)
                .isEqualTo(new JsonObject()
                        .put("target", shop.name)
                        .put("bundle", bundle)
                        .put("direction", "down")
                        .put("to", "base")
                        .put("rehearseOn", "latest"));
        ApiJobs.start(apply.put("kind", "migration")).statusCode(409).body("code", is("rehearsal-needed"));
    }

    @Test
    void doesNotCountOldDataNorWhatHasFailedSince() throws Exception {
        made(shop.request());
        long job = started(rehearsal);
        assertThat(ended(job).getString("result.rehearsal.outcome")).isEqualTo("PASSED");

        update("UPDATE migration_rehearsal SET data_at = data_at - interval '8 days' WHERE job_id = " + job);
        refused(allOf(containsString("the last one, " + job), containsString("PASSED"), containsString("7d")));
        update("UPDATE migration_rehearsal SET data_at = data_at + interval '8 days', outcome = 'FAILED',"
                + " report = report || '{\"problem\": {}}' WHERE job_id = " + job);
        refused(allOf(containsString("the last one, " + job), containsString("FAILED")));
    }

    @Test
    void looksAgainWhenTheJobStarts() throws Exception {
        made(shop.request());
        long rehearsed = started(rehearsal);
        ended(rehearsed);
        long apply = started(
                applied(rehearsal).put("notBefore", Instant.now().plusSeconds(5).toString()));

        update("UPDATE migration_rehearsal SET data_at = data_at - interval '8 days' WHERE job_id = " + rehearsed);

        JsonPath job = ended(apply);
        assertThat(job.getString("error.code")).as(job.prettify()).isEqualTo("rehearsal-needed");
        assertThat(shop.one("SELECT to_regclass('tour') IS NULL")).isEqualTo("t");
    }

    /// Half of it is there already.
    @Test
    void letsGoOnWhatHasBegun() throws Exception {
        made(shop.request());
        rehearsal = request(shop.name, "1_a.sql", "CREATE TABLE a (id int);", "2_b.sql", "CREATE TABLE b (id int);");
        ended(started(rehearsal));
        shop.sql("CREATE TABLE b (id int)");
        long failed = started(applied(rehearsal));
        assertThat(ended(failed).getString("error.code")).isEqualTo("migration-failed");
        shop.sql("DROP TABLE b");
        update("UPDATE migration_rehearsal SET data_at = data_at - interval '8 days' WHERE target = '" + shop.name
                + "'");

        long retried = ApiJobs.act(ApiTokens.admin(), failed, "retry")
                .statusCode(201)
                .extract()
                .jsonPath()
                .getLong("id");

        assertThat(ended(retried).getString("state")).isEqualTo("SUCCEEDED");
        refused(containsString("PASSED")); // it has come to its end
    }

    private void refused(Matcher<String> detail) {
        post(applied(rehearsal))
                .statusCode(409)
                .body("code", is("rehearsal-needed"))
                .body("detail", detail)
                .body("detail", containsString("\"rehearseOn\":\"latest\""));
    }

    private void update(String sql) throws Exception {
        store.query(sql).execute().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
}
