package io.lockkeeper.backup;

import static io.lockkeeper.backup.BackupTarget.BACKUPS;
import static io.lockkeeper.backup.KeptBackups.done;
import static io.lockkeeper.backup.KeptBackups.post;
import static io.lockkeeper.security.ApiTokens.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A backup that has gone, or is not what it was, is noticed before it is needed.
@QuarkusTest
class BackupCheckApiTest {
    private static final JsonObject SHALLOW = new JsonObject();
    private static final JsonObject DEEP = new JsonObject().put("deep", true);

    @Inject
    Pool store;

    @Inject
    CheckStore checks;

    @Inject
    BackupWatch watch;

    @Test
    void findsNothingWrongWithWhatIsThere() {
        var kept = new KeptBackups(store);
        kept.daysAgo(1);

        JsonPath shallow = kept.check(SHALLOW);
        JsonPath deep = kept.check(DEEP);

        assertThat(shallow.getInt("result.looked")).as(shallow.prettify()).isEqualTo(2);
        assertThat(shallow.getInt("result.sound")).isEqualTo(2);
        assertThat(shallow.getInt("result.bytesRead")).isZero();
        assertThat(deep.getInt("result.sound")).isEqualTo(2);
        assertThat(deep.getLong("result.bytesRead")).isPositive();
        assertThat(backup(kept.real).getString("checkedAt")).isNotNull();
        assertThat(kept.count("SELECT count(*) FROM backup_reading WHERE backup = $1", kept.real))
                .isZero();
    }

    @Test
    void noticesFilesThatAreGoneAndThatTheyAreBack() throws Exception {
        var kept = new KeptBackups(store);
        long other = kept.daysAgo(1);
        Path folder = kept.folder(other);
        Path aside = folder.resolveSibling("aside");
        Files.move(folder, aside);

        JsonPath job = kept.check(SHALLOW);

        assertThat(job.getString("state")).isEqualTo("SUCCEEDED");
        assertThat(job.getInt("result.sound")).isEqualTo(1);
        assertThat(job.getList("result.findings.backup", Long.class)).containsExactly(other);
        assertThat(job.getString("result.findings[0].missing")).contains("manifest.json is not there");
        assertThat(backup(other).getString("missing")).contains("is not there");
        asAdmin()
                .get("/api/v1/backup-health")
                .then()
                .body("concerns.backup", hasItem((int) other))
                .body("targets.find { it.target == '" + kept.target.name + "' }.newest", is((int) kept.real));
        assertThat(metric("lockkeeper_backups_missing")).isPositive();

        Files.move(aside, folder);
        assertThat(one(other, SHALLOW).getInt("result.sound")).isEqualTo(1);
        assertThat(backup(other).getString("missing")).isNull();
    }

    @Test
    void aFileOfAnotherSizeIsNoticedByALook() throws Exception {
        var kept = new KeptBackups(store);
        Files.write(largest(kept.folder(kept.real)), new byte[] {1});

        assertThat(kept.check(SHALLOW).getString("result.findings[0].missing")).contains("bytes instead of");
    }

    @Test
    void aFlippedBitIsNoticedByReadingAndALookDoesNotClearIt() throws Exception {
        var kept = new KeptBackups(store);
        Path file = largest(kept.folder(kept.real));
        byte[] good = Files.readAllBytes(file);
        byte[] bad = good.clone();
        bad[bad.length / 2] ^= 1;
        Files.write(file, bad);

        assertThat(kept.check(SHALLOW).getInt("result.sound")).isEqualTo(1);
        assertThat(kept.check(DEEP).getInt("result.sound")).isZero();
        assertThat(kept.check(SHALLOW).getInt("result.sound")).isZero();
        assertThat(backup(kept.real).getString("missing"))
                .contains(file.getFileName().toString());

        Files.write(file, good);
        assertThat(kept.check(SHALLOW).getInt("result.sound"))
                .as("nobody has read it")
                .isZero();
        assertThat(kept.check(DEEP).getInt("result.sound")).isEqualTo(1);
        assertThat(backup(kept.real).getString("missing")).isNull();
    }

    @Test
    void whatCannotBeLookedAtIsNotMissing() {
        var kept = new KeptBackups(store);
        kept.update("UPDATE backup SET depot = 'attic' WHERE id = $1", kept.real);

        JsonPath job = kept.check(SHALLOW);

        assertThat(job.getString("result.findings[0].unseen")).contains("no depot attic");
        assertThat(backup(kept.real).getString("missing")).isNull();
        assertThat(backup(kept.real).getString("checkedAt")).isNull();
    }

    @Test
    void noticesThatAKeyIsLost() throws Exception {
        var kept = new KeptBackups(store);
        seal(kept, kept.real, "lost-" + kept.real);

        JsonPath job = kept.check(SHALLOW);

        assertThat(job.getString("result.findings[0].keyLost"))
                .as(job.prettify())
                .contains("not configured here");
        assertThat(backup(kept.real).getString("keyLost")).contains("lost-" + kept.real);
        asAdmin().get("/api/v1/backup-health").then().body("keysLost", hasItem("lost-" + kept.real));
        assertThat(metric("lockkeeper_backup_keys_lost")).isPositive();
        asAdmin()
                .get(BACKUPS + "/latest?target=" + kept.target.name)
                .then()
                .body("newest", org.hamcrest.Matchers.nullValue());
    }

    @Test
    void looksAtEachOnceADayWhoeverDoesIt() throws Exception {
        var kept = new KeptBackups(store);
        kept.daysAgo(1);
        kept.daysAgo(2);
        kept.update("UPDATE backup SET check_at = now() WHERE target = $1", kept.target.name);

        List<CompletableFuture<List<Lying>>> instances = IntStream.range(0, 4)
                .mapToObj(_ -> CompletableFuture.supplyAsync(this::takeDue))
                .toList();

        List<Long> taken = instances.stream()
                .flatMap(each -> each.join().stream())
                .filter(each -> each.target().equals(kept.target.name))
                .map(Lying::id)
                .toList();
        assertThat(taken).doesNotHaveDuplicates().hasSizeLessThanOrEqualTo(3);
        assertThat(kept.count("SELECT count(*) FROM backup WHERE target = $1 AND check_at <= now()", kept.target.name))
                .isZero();
    }

    private List<Lying> takeDue() {
        try {
            return checks.takeDue(100);
        } catch (InterruptedException stopped) {
            throw new IllegalStateException(stopped);
        }
    }

    @Test
    void looksByItselfAndTellsTheMetrics() throws Exception {
        var kept = new KeptBackups(store);
        long younger = kept.daysAgo(0);
        Path folder = kept.folder(kept.real);
        Files.move(folder, folder.resolveSibling("aside"));
        kept.update("UPDATE backup SET check_at = now() WHERE target = $1", kept.target.name);

        watch.round();

        assertThat(backup(kept.real).getString("missing")).isNotNull();
        assertThat(kept.count(
                        "SELECT count(*) FROM backup WHERE target = $1 AND check_at > now() + interval '23 hours'",
                        kept.target.name))
                .isEqualTo(2);
        assertThat(backup(younger).getString("missing")).isNull();
        assertThat(metric("lockkeeper_backup_age_seconds{target=\"" + kept.target.name + "\"}"))
                .isBetween(0.0, 600.0);
        assertThat(metric("lockkeeper_backup_bytes{depot=\"default\"}")).isPositive();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"backup": 0}      | /backup
            {"backup": "last"} | /backup
            {"deep": "yes"}    | /deep
            {"repair": true}   | /repair
            """)
    void refusesACheckThatMakesNoSense(String body, String pointer) {
        post("/api/v1/backup-checks", new JsonObject(body).put("target", "demo"))
                .statusCode(400)
                .body("errors.pointer", is(List.of(pointer)));
    }

    @Test
    void doesNotLookAtOtherPeoplesBackups() {
        var kept = new KeptBackups(store);
        var other = new BackupTarget(17);

        JsonPath job = done("/api/v1/backup-checks", other.request().put("backup", kept.real));

        assertThat(job.getString("error.code")).isEqualTo("not-found");
        post(BACKUPS + "/" + kept.real + "/checks", new JsonObject().put("target", "demo"))
                .statusCode(400)
                .body("errors.pointer", is(List.of("/target")));
        post(BACKUPS + "/999999999/checks", new JsonObject()).statusCode(404);
    }

    private static JsonPath backup(long id) {
        return BackupTarget.backup(id);
    }

    private static JsonPath one(long backup, JsonObject depth) {
        return done(BACKUPS + "/" + backup + "/checks", depth);
    }

    private static double metric(String name) {
        return asAdmin()
                .get("/q/metrics")
                .then()
                .extract()
                .asString()
                .lines()
                .filter(line -> line.startsWith(name))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no metric " + name));
    }

    private static Path largest(Path folder) throws Exception {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> !file.endsWith("manifest.json"))
                    .max(java.util.Comparator.comparing(file -> file.toFile().length()))
                    .orElseThrow();
        }
    }

    /// As if it had been sealed with a key of this name.
    private static void seal(KeptBackups kept, long backup, String key) throws Exception {
        Path manifest = kept.folder(backup).resolve("manifest.json");
        String text = new JsonObject(Files.readString(manifest)).put("key", key).encode();
        Files.writeString(manifest, text);
        String sha256 = HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        kept.update("UPDATE backup SET sha256 = $2, key_id = $3 WHERE id = $1", backup, sha256, key);
    }
}
