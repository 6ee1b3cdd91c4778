package io.lockkeeper.wal;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.Instance;
import io.lockkeeper.TestServers;
import io.lockkeeper.postgres.OwnCluster;
import io.lockkeeper.store.StoreAccess;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// An instance is killed while it archives a log that goes on. The target keeps what was not archived, and another
/// instance goes on without a hole.
class WalKillIT {
    private static final Duration BOUND = Duration.ofSeconds(60);
    private static final String PATH = "/api/v1/targets/chronicle/wal-archive";

    @TempDir
    Path home;

    private final StoreAccess store = TestServers.freshStore();

    @Test
    void anotherInstanceGoesOnWithoutAHole() throws Exception {
        try (OwnCluster cluster = OwnCluster.start(18)) {
            String before;
            try (Instance first = start("first")) {
                declare(first, cluster);
                before = write(cluster);
                awaitArchived(first, before);
                write(cluster);
                write(cluster);
                first.signal("KILL");
            }
            write(cluster);
            String last = write(cluster);
            try (Instance second = start("second")) {

                JsonPath view = awaitArchived(second, last);

                assertThat(view.getList("gaps")).isEmpty();
                assertThat(view.getString("problem")).isNull();
                assertThat(cluster.one("SELECT count(*) FROM pg_replication_slots"))
                        .isEqualTo("1");
            }
        }
    }

    private Instance start(String name) throws IOException {
        return Instance.start(store, home, name, "-Dlockkeeper.worker.lease=4s").ready();
    }

    private static void declare(Instance instance, OwnCluster cluster) {
        instance.register("chronicle", cluster.address());
        instance.ask().contentType(ContentType.JSON).body("{}").put(PATH).then().statusCode(202);
        Awaitility.await()
                .atMost(BOUND)
                .until(() -> instance.ask().get(PATH).jsonPath().getString("state"), "ARCHIVING"::equals);
    }

    private static String write(OwnCluster cluster) {
        cluster.sql("CREATE TABLE IF NOT EXISTS written (n int)", "INSERT INTO written VALUES (1)");
        String segment = cluster.one("SELECT pg_walfile_name(pg_current_wal_insert_lsn())");
        cluster.sql("SELECT pg_switch_wal()");
        return segment;
    }

    private static JsonPath awaitArchived(Instance instance, String segment) {
        return Awaitility.await()
                .atMost(BOUND)
                .until(
                        () -> instance.ask().get(PATH).then().extract().jsonPath(),
                        view -> view.getString("last") != null
                                && view.getString("last.segment").compareTo(segment) >= 0);
    }
}
