package io.lockkeeper.backup;

import static io.lockkeeper.backup.BackupTarget.BACKUPS;
import static io.lockkeeper.backup.KeptBackups.hold;
import static io.lockkeeper.backup.KeptBackups.patch;
import static io.lockkeeper.backup.KeptBackups.post;
import static io.lockkeeper.backup.KeptBackups.tag;
import static io.lockkeeper.security.ApiTokens.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;

import io.lockkeeper.http.Refused;
import io.lockkeeper.job.ApiJobs;
import io.lockkeeper.security.ApiTokens;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.inject.Inject;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// How backups go by rule.
@QuarkusTest
class BackupPruneApiTest {
    private static final JsonObject LAST_ONE = new JsonObject().put("last", 1);

    @Inject
    Pool store;

    @Inject
    BackupReads reads;

    @Test
    void plansAndThenDoesWhatWasPlanned() {
        var kept = new KeptBackups(store);
        long old = kept.daysAgo(40);
        long proven = kept.daysAgo(30);
        long held = kept.daysAgo(20);
        long promised = kept.daysAgo(10);
        kept.proven(proven);
        hold(held, "case 4711").statusCode(200);
        patch(ApiTokens.admin(), promised, "{\"expiresAt\": \"2999-01-01T00:00:00Z\"}")
                .statusCode(200);
        Path folder = kept.folder(old);
        List<Long> before = kept.there();

        JsonPath plan = kept.prune("plan", LAST_ONE);

        assertThat(plan.getString("state")).as(plan.prettify()).isEqualTo("SUCCEEDED");
        assertThat(plan.getInt("result.kept")).isEqualTo(4);
        assertThat(plan.getInt("result.gone")).isEqualTo(1);
        assertThat(plan.getLong("result.bytes")).isPositive();
        assertThat(plan.getList("result.backups.backup", Long.class))
                .containsExactly(kept.real, promised, held, proven, old);
        assertThat(plan.getList("result.backups.goes")).containsExactly(false, false, false, false, true);
        assertThat(plan.getList("result.backups.keptFor.flatten()"))
                .containsExactly(
                        "at least 1", "last 1", "until 2999-01-01T00:00:00Z", "hold: case 4711", "last proven");
        assertThat(kept.there()).isEqualTo(before);

        JsonPath applied = kept.prune("apply", LAST_ONE);

        assertThat(applied.getMap("result.backups[4]")).isEqualTo(plan.getMap("result.backups[4]"));
        assertThat(applied.getInt("result.unswept")).isZero();
        assertThat(kept.there()).doesNotContain(old).hasSize(4);
        assertThat(folder).doesNotExist();
        assertThat(kept.prune("apply", LAST_ONE).getInt("result.gone")).isZero();
        asAdmin()
                .get("/api/v1/audit?action=backup.delete&target=" + kept.target.name)
                .then()
                .body("items.object", is(List.of("backup/" + old)))
                .body("items[0].via", is("job/" + applied.getLong("id")))
                .body("items[0].subject", is(applied.getString("requestedBy.subject")))
                .body("items[0].detail.folder", containsString(kept.target.name));
    }

    @Test
    void prunesAllTargetsWithSomeLabels() {
        var kept = new KeptBackups(store);
        String mark = "m" + System.nanoTime();
        asAdmin()
                .contentType("application/merge-patch+json")
                .header("If-Match", "*")
                .body("{\"labels\": {\"mark\": \"" + mark + "\"}}")
                .patch("/api/v1/targets/" + kept.target.name)
                .then()
                .statusCode(200);

        post(
                        "/api/v1/backup-prunings",
                        new JsonObject()
                                .put("targets", new JsonArray().add("mark=" + mark))
                                .put("rules", LAST_ONE))
                .statusCode(202)
                .body("items.target", is(List.of(kept.target.name)))
                .body("items.kind", is(List.of("backup-prune")));
    }

    /// Whoever is first has it: a hold that was answered 200 is never followed by the backup's end.
    @Test
    void aHoldAndAPruningAtTheSameMoment() {
        var kept = new KeptBackups(store);
        for (int round = 0; round < 12; round++) {
            long old = kept.daysAgo(2);
            String tag = tag(old);
            CompletableFuture<Integer> hold = CompletableFuture.supplyAsync(() -> asAdmin()
                    .contentType("application/merge-patch+json")
                    .header("If-Match", tag)
                    .body("{\"hold\": \"wait\"}")
                    .patch(BACKUPS + "/" + old)
                    .statusCode());

            JsonPath pruned = kept.prune("apply", LAST_ONE);

            boolean there = kept.there().contains(old);
            assertThat(pruned.getString("state")).as(pruned.prettify()).isEqualTo("SUCCEEDED");
            assertThat(hold.join()).isIn(there ? List.of(200) : List.of(404, 412));
        }
    }

    @Test
    void manyPruningsAtOnceDeleteEachBackupOnce() {
        var kept = new KeptBackups(store);
        List<Long> old = IntStream.rangeClosed(1, 20).mapToObj(kept::daysAgo).toList();
        List<CompletableFuture<JsonPath>> prunings = IntStream.range(0, 3)
                .mapToObj(_ -> CompletableFuture.supplyAsync(() -> kept.prune("apply", LAST_ONE)))
                .toList();

        List<JsonPath> jobs = prunings.stream().map(CompletableFuture::join).toList();

        assertThat(jobs).allSatisfy(job -> assertThat(job.getString("state")).isEqualTo("SUCCEEDED"));
        assertThat(jobs.stream().mapToInt(job -> job.getInt("result.gone")).sum())
                .isEqualTo(old.size());
        assertThat(kept.there()).containsExactly(kept.real);
        assertThat(kept.count(
                        "SELECT count(*) FROM audit WHERE target = $1 AND action = 'backup.delete'", kept.target.name))
                .isEqualTo(old.size());
    }

    /// Whoever begins to read is told that it is gone, or keeps it.
    @Test
    void aReaderAndAPruningAtTheSameMoment() throws Exception {
        var kept = new KeptBackups(store);
        long reader = ApiJobs.started(ApiJobs.sleep(kept.target.name, "0s").put("notBefore", "2999-01-01T00:00:00Z"));
        for (int round = 0; round < 8; round++) {
            long old = kept.daysAgo(2);
            CompletableFuture<JsonPath> pruning = CompletableFuture.supplyAsync(() -> kept.prune("apply", LAST_ONE));
            Thread.sleep(3L * round);
            boolean reads = beginsToRead(old, reader);

            assertThat(pruning.join().getString("state")).isEqualTo("SUCCEEDED");
            assertThat(kept.there().contains(old)).isEqualTo(reads);
        }
        ApiJobs.cancel(reader);
        kept.prune("apply", LAST_ONE);
        assertThat(kept.there()).as("what nobody reads any more").containsExactly(kept.real);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {}                                                       | /rules
            {"rules": {}}                                            | /rules
            {"rules": {"daily": 0}}                                  | /rules
            {"rules": {"atLeast": 3}}                                | /rules
            {"rules": {"daily": -1}}                                 | /rules/daily
            {"rules": {"last": 10001}}                               | /rules/last
            {"rules": {"weekly": 1.5}}                               | /rules/weekly
            {"rules": {"monthly": "1"}}                              | /rules/monthly
            {"rules": {"yearly": 1, "hourly": 1}}                    | /rules/hourly
            {"rules": {"within": 3}}                                 | /rules/within
            {"rules": {"within": "1s"}}                              | /rules/within
            {"rules": {"last": 1, "atLeast": 0}}                     | /rules/atLeast
            {"rules": {"last": 1}, "mode": "delete"}                 | /mode
            {"rules": {"last": 1}, "timeZone": "Mars/Olympus"}       | /timeZone
            {"rules": {"last": 1}, "timeZone": "+02:00"}             | /timeZone
            {"rules": {"last": 1}, "dryRun": true}                   | /dryRun
            """)
    void refusesAPruningThatMakesNoSense(String body, String pointer) {
        post("/api/v1/backup-prunings", new JsonObject(body).put("target", "demo"))
                .statusCode(400)
                .body("errors.pointer", is(List.of(pointer)));
    }

    @Test
    void refusesATargetThatIsNotThere() {
        post(
                        "/api/v1/backup-prunings",
                        new JsonObject().put("target", "nowhere").put("rules", LAST_ONE))
                .statusCode(422)
                .body("code", is("unknown-target"));
    }

    private boolean beginsToRead(long backup, long job) throws InterruptedException {
        try {
            reads.begin(backup, job);
            return true;
        } catch (Refused gone) {
            assertThat(gone.problem().code()).isEqualTo("not-found");
            return false;
        }
    }
}
