package io.lockkeeper.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.Instance;
import io.lockkeeper.TestServers;
import io.lockkeeper.depot.FaultProxy;
import io.lockkeeper.depot.FaultProxy.Harm;
import io.lockkeeper.depot.S3Server;
import io.lockkeeper.store.StoreAccess;
import io.lockkeeper.store.StoreAddress;
import io.restassured.path.json.JsonPath;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/// Whole backups into S3 over a line that breaks, to a server that is busy, with credentials that expire.
class BackupOnS3IT {
    private static final Duration BOUND = Duration.ofSeconds(60);
    private static final Duration LONG_BOUND = Duration.ofMinutes(4);
    private static final Predicate<String> PARTS = head -> head.startsWith("PUT") && head.contains("partNumber=");
    private static final S3Server S3 = S3Server.shared();
    private static final String PREFIX = UUID.randomUUID().toString();

    @TempDir
    static Path home;

    private static StoreAccess store;
    private static Path secret;
    private static FaultProxy line;
    private static Instance instance;

    @BeforeAll
    static void begin() throws Exception {
        store = TestServers.freshStore();
        line = new FaultProxy(S3.port());
        secret = home.resolve("secret");
        Files.writeString(secret, S3Server.SECRET);
        String depot = "-Dlockkeeper.depots.far.s3.";
        instance = Instance.start(
                        store,
                        home,
                        "s3",
                        depot + "endpoint=http://127.0.0.1:" + line.port(),
                        depot + "bucket=" + S3Server.BUCKET,
                        depot + "prefix=" + PREFIX,
                        depot + "access-key-id=" + S3Server.ID,
                        depot + "secret-access-key-file=" + secret)
                .ready();
        StoreAddress database = TestServers.emptyDatabase();
        TestServers.execute(
                database,
                "CREATE TABLE noise AS SELECT n, gen_random_uuid()::text || gen_random_uuid()::text || gen_random_uuid()::text"
                        + " AS text FROM generate_series(1, 400000) n");
        instance.register("orders", database);
    }

    @AfterAll
    static void end() throws IOException {
        if (instance != null) {
            instance.close();
        }
        line.close();
    }

    @BeforeEach
    void mend() {
        line.mend();
    }

    @Test
    void goesOnThroughBusyServersAndCutLines() throws Exception {
        line.harm(2, PARTS, new Harm.Answer(503, "SlowDown"));
        line.harm(1, PARTS, new Harm.CutRequest(300_000));
        line.harm(1, PARTS, new Harm.LoseAnswer());
        line.harm(1, head -> head.startsWith("POST") && head.contains("uploadId="), new Harm.LoseAnswer());
        line.harm(1, head -> head.startsWith("PUT") && head.contains("manifest.json"), new Harm.CutRequest(10));

        JsonPath job = instance.awaitJob(started(new JsonObject()), BOUND);

        assertThat(job.getString("state")).as(job.prettify()).isEqualTo("SUCCEEDED");
        assertThat(job.getInt("attempt")).isEqualTo(1);
        JsonPath check = instance.awaitJob(
                instance.post(
                                "/api/v1/backups/" + job.getLong("id") + "/checks",
                                new JsonObject().put("deep", true),
                                202)
                        .getLong("id"),
                BOUND);
        assertThat(check.getInt("result.sound")).as(check.prettify()).isEqualTo(1);
    }

    /// Trying again would not help, and what was written is known to a row: it goes when the credentials are back.
    @Test
    void saysThatCredentialsHaveExpiredInTheMiddle() throws Exception {
        int before = line.requests().size();
        long id = started(new JsonObject().put("megabytesPerSecond", 4));
        Awaitility.await()
                .atMost(BOUND)
                .until(() -> line.requests().stream().skip(before).anyMatch(PARTS));

        Files.writeString(secret, "another-secret");
        JsonPath job = instance.awaitJob(id, BOUND);
        Files.writeString(secret, S3Server.SECRET);

        assertThat(job.getString("state")).as(job.prettify()).isEqualTo("FAILED");
        assertThat(job.getInt("attempt")).isEqualTo(1);
        assertThat(job.getString("error.code")).isEqualTo("depot-denied");
        assertThat(job.getString("error.detail")).contains("credentials are wrong or have expired");
        assertThat(instance.ask().get("/api/v1/backups/" + id).statusCode()).isEqualTo(404);
        String known = "SELECT count(*) FROM (SELECT folder FROM backup WHERE state = 'WRITING' AND id = " + id
                + " UNION ALL SELECT folder FROM backup_leftover WHERE backup = " + id + ") AS f";
        assertThat(objects("orders/" + id)).noneMatch(name -> name.contains("manifest"));
        assertThat(BackupTarget.one(store.owner(), known)).isEqualTo("1");
        if (Integer.getInteger("lockkeeper.rounds", 1) > 1) { // what sweeps comes by once a minute
            Awaitility.await().atMost(LONG_BOUND).until(() -> BackupTarget.one(store.owner(), known), "0"::equals);
            assertThat(objects("orders/" + id)).isEmpty();
        }
    }

    @Test
    @EnabledIfSystemProperty(
            named = "lockkeeper.rounds",
            matches = "\\d+",
            disabledReason = "the depot's own patience takes half a minute")
    void makesTheBackupAnewWhenTheServerWasAwayForLong() throws Exception {
        line.harm(100_000, PARTS, new Harm.Answer(503, "SlowDown"));
        long id = started(new JsonObject());
        Awaitility.await().atMost(LONG_BOUND).until(() -> "RETRY_BACKOFF"
                .equals(instance.job(id).getString("reason")));

        line.mend();
        JsonPath job = instance.awaitJob(id, LONG_BOUND);

        assertThat(job.getString("state")).as(job.prettify()).isEqualTo("SUCCEEDED");
        assertThat(job.getInt("attempt")).isEqualTo(2);
        String folder =
                instance.ask().get("/api/v1/backups/" + id).then().extract().path("folder");
        assertThat(objects("orders/" + id))
                .isNotEmpty()
                .allMatch(name -> name.startsWith(folder.substring("orders/".length())));
        assertThat(BackupTarget.one(store.owner(), "SELECT count(*) FROM backup_leftover WHERE backup = " + id))
                .isEqualTo("0");
    }

    private static long started(JsonObject more) {
        return instance.post(
                        "/api/v1/backups",
                        new JsonObject().put("target", "orders").mergeIn(more),
                        202)
                .getLong("id");
    }

    /// Whatever lies in the bucket under names that begin so.
    private static List<String> objects(String beginning) throws IOException {
        Path target = S3.bucket().resolve(PREFIX).resolve("orders");
        String name = beginning.substring("orders/".length()) + "-";
        if (Files.notExists(target)) {
            return List.of();
        }
        try (Stream<Path> all = Files.walk(target)) {
            return all.filter(Files::isRegularFile)
                    .map(file -> target.relativize(file).toString())
                    .filter(each -> each.startsWith(name))
                    .toList();
        }
    }
}
