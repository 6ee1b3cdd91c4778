package io.lockkeeper.restore;

import static io.lockkeeper.backup.BackupTarget.backup;
import static io.lockkeeper.backup.BackupTarget.made;
import static io.lockkeeper.restore.RestoreTests.ended;
import static io.lockkeeper.restore.RestoreTests.of;
import static io.lockkeeper.restore.RestoreTests.started;
import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.backup.BackupTarget;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// Restore tests share a disk with each other, and with whatever else is there.
@QuarkusTest
class RestoreRoomApiTest {
    @Inject
    Pool store;

    @Test
    void twoRunAtOnce() {
        long one = made(new BackupTarget(15).withAShop().request()).getLong("id");
        long other = made(new BackupTarget(18).withAShop().request()).getLong("id");

        long first = started(of(one));
        long second = started(of(other));

        assertThat(ended(first).getString("result.verdict")).isEqualTo("PROVEN");
        assertThat(ended(second).getString("result.verdict")).isEqualTo("PROVEN");
    }

    @Test
    void saysNothingOfABackupThatDoesNotFit() throws Exception {
        long id = made(new BackupTarget(18).withAShop().request()).getLong("id");
        store.preparedQuery("UPDATE backup SET raw_bytes = 1000000000000000 WHERE id = $1")
                .execute(Tuple.of(id))
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);

        JsonPath job = ended(of(id));

        assertThat(job.getString("state")).isEqualTo("FAILED");
        assertThat(job.getString("error.code")).as(job.prettify()).isEqualTo("not-enough-disk");
        assertThat(job.getString("error.detail"))
                .matches("A sandbox needs about 3,337,[0-9]{3},[0-9]{3} MiB, and .* has [0-9,]+ MiB free.*");
        assertThat(backup(id).getString("proof.verdict")).isEqualTo("UNPROVEN");
    }
}
