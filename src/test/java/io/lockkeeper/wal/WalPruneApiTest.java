package io.lockkeeper.wal;

import static io.lockkeeper.security.ApiTokens.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.depot.Depot;
import io.lockkeeper.depot.Depots;
import io.lockkeeper.job.ApiJobs;
import io.lockkeeper.postgres.Lsn;
import io.lockkeeper.postgres.WalSegment;
import io.lockkeeper.store.StoreAnswer;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@QuarkusTest
class WalPruneApiTest {
    private static final long SEGMENT = 16L << 20;
    private static final String BACKUP = """
            INSERT INTO backup (id, target, state, method, format, depot, folder, completed_at, sha256, bytes, raw_bytes,
                                server_version, tool_version, system_identifier, snapshot_at, wal_start, wal_lsn, timeline, missing,
                                fingerprint)
            VALUES (nextval(pg_get_serial_sequence('job', 'id')), $1, 'COMPLETE', 'physical', 'tar', 'default', $1 || '/' || $3::text,
                    now(), repeat('a', 64), 1, 1, '18', '18', $2, now(), $3, $3, 1, $4, '{"level": "none"}')
            RETURNING id""";

    @Inject
    Depots depots;

    @Inject
    WalSegmentStore segments;

    @Inject
    WalPruningStore pruning;

    @Inject
    WalLeftovers leftovers;

    @Inject
    Pool store;

    @TempDir
    Path directory;

    private String target;

    @BeforeEach
    void register() {
        target = ApiJobs.target();
    }

    @Test
    void whatLiesBeforeAllKeptBackupsGoesAndNothingElse() throws Exception {
        shelve("7", 5, 9);
        shelve("8", 1, 2);
        shelve("9", 3, 3);
        long earliest = backup("7", 7, "away for now");
        backup("7", 9, null);
        backup("9", 1, null);

        JsonPath plan = pruned("plan");

        assertThat(plan.getLong("result.gone")).isEqualTo(4);
        assertThat(plan.getString("result.clusters[0].first")).isEqualTo(name(5));
        assertThat(plan.getString("result.clusters[0].last")).isEqualTo(name(6));
        assertThat(plan.getString("result.clusters[0].keptFrom")).isEqualTo(name(7));
        assertThat(plan.getString("result.clusters[0].why")).isEqualTo("backup " + earliest + " begins there");
        assertThat(plan.getLong("result.clusters[1].gone")).isEqualTo(2);
        assertThat(plan.getString("result.clusters[1].why")).startsWith("no physical backup of this cluster");
        assertThat(plan.getLong("result.clusters[2].gone")).isZero();
        assertThat(segments.find(target, "7", name(5))).isPresent();

        JsonPath done = pruned("apply");

        assertThat(done.getLong("result.gone")).isEqualTo(4);
        assertThat(done.getLong("result.bytes")).isEqualTo(plan.getLong("result.bytes"));
        assertThat(done.getLong("result.unswept")).isZero();
        Depot depot = depots.named(null);
        for (int number = 5; number <= 9; number++) {
            boolean stays = number >= 7;
            assertThat(segments.find(target, "7", name(number)).isPresent()).isEqualTo(stays);
            assertThat(depot.exists(target + "-wal/7/" + name(number))).isEqualTo(stays);
        }
        assertThat(segments.find(target, "9", name(3))).isPresent();
        assertThat(audited(done.getLong("id"))).isEqualTo(2);
        assertThat(pruned("apply").getLong("result.gone")).isZero();
    }

    @Test
    void isGoneOnWithWhenItsJobDied() throws Exception {
        shelve("7", 5, 6);
        long dead = Long.MAX_VALUE - System.nanoTime();

        assertThat(pruning.deleteSome(target, "7", 7, dead, 1)).isEqualTo(1);

        assertThat(pruning.doneBy(dead, target, "7").first()).isEqualTo(name(5));
        assertThat(segments.find(target, "7", name(5))).isEmpty();
        Depot depot = depots.named(null);
        assertThat(depot.exists(target + "-wal/7/" + name(5))).isTrue();
        leftovers.sweep(Shelving.folders(target));
        assertThat(depot.exists(target + "-wal/7/" + name(5))).isFalse();
        assertThat(depot.exists(target + "-wal/7/" + name(6))).isTrue();
    }

    private JsonPath pruned(String mode) {
        JsonPath job = asAdmin()
                .contentType(ContentType.JSON)
                .header("Prefer", "wait=25")
                .body("{\"mode\": \"" + mode + "\"}")
                .post("/api/v1/targets/" + target + "/wal-archive/prunings")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
        assertThat(job.getString("state")).as(job.prettify()).isEqualTo("SUCCEEDED");
        return job;
    }

    private void shelve(String cluster, int first, int last) throws Exception {
        var archive = new WalArchive(1, target, "default", "slot", null, false, null);
        var state = new LogState(null, false, new Lsn(1), cluster, 1, SEGMENT, null, null);
        Shelving shelving = new Shelving(archive, state, depots.named(null), segments);
        for (int number = first; number <= last; number++) {
            Path file = Files.writeString(directory.resolve(name(number)), cluster + number);
            shelving.shelve(file, Instant.EPOCH);
        }
    }

    private long backup(String cluster, long segment, String missing) throws Exception {
        Tuple values = Tuple.of(target, cluster, new Lsn(segment * SEGMENT + 40).toString(), missing);
        return StoreAnswer.await(store.preparedQuery(BACKUP).execute(values))
                .iterator()
                .next()
                .getLong("id");
    }

    private long audited(long job) throws Exception {
        String rows = "SELECT count(*) FROM audit WHERE action = 'wal.prune' AND via = 'job/' || $1::bigint";
        return StoreAnswer.await(store.preparedQuery(rows).execute(Tuple.of(job)))
                .iterator()
                .next()
                .getLong(0);
    }

    private static String name(long number) {
        return new WalSegment(1, number, SEGMENT).name();
    }
}
