package io.lockkeeper.restore;

import static io.lockkeeper.backup.BackupTarget.BACKUPS;
import static io.lockkeeper.backup.BackupTarget.made;
import static io.lockkeeper.restore.RestoreTests.TESTS;
import static io.lockkeeper.restore.RestoreTests.of;
import static io.lockkeeper.restore.RestoreTests.verdict;
import static io.lockkeeper.security.ApiTokens.asAdmin;

import io.lockkeeper.backup.BackupTarget;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.time.Duration;
import org.junit.jupiter.api.Test;

@QuarkusTest
class OldTestsApiTest {
    private static final Duration KEPT = Duration.ofDays(90);

    @Inject
    Pool store;

    @Inject
    RestoreTestStore tests;

    @Test
    void areForgottenLongAfterTheirBackupsButForTheLastProof() throws Exception {
        BackupTarget target = new BackupTarget(17);
        target.sql("CREATE TABLE note AS SELECT 1 AS id");
        long backup = made(target.request()).getLong("id");
        long other = made(target.request()).getLong("id");
        long first = test(backup);
        long ofOther = test(other);
        long last = test(backup);
        delete(backup);
        goneFor(KEPT.plusDays(1), backup);

        tests.prune(KEPT);
        isGone(first);
        isThere(ofOther); // whose backup is there
        isThere(last); // which is what is known of the target

        delete(other);
        goneFor(KEPT.minusDays(1), other);
        tests.prune(KEPT);
        isThere(ofOther);

        goneFor(KEPT.plusDays(1), other);
        tests.prune(KEPT);
        isGone(ofOther);
        isThere(last);
    }

    private static long test(long backup) {
        return verdict(of(backup)).getLong("id");
    }

    private static void delete(long backup) {
        asAdmin()
                .header("If-Match", "*")
                .header("Prefer", "wait=60")
                .delete(BACKUPS + "/" + backup + "?force=true")
                .then()
                .statusCode(200);
    }

    /// As if it had been deleted so long ago; what was not marked as gone stays so.
    private void goneFor(Duration time, long backup) {
        store.preparedQuery("UPDATE restore_test SET backup_gone_at = now() - $1 * interval '1 second'"
                        + " WHERE backup = $2 AND backup_gone_at IS NOT NULL")
                .executeAndAwait(Tuple.of(time.toSeconds(), backup));
    }

    private static void isThere(long test) {
        asAdmin().get(TESTS + "/" + test).then().statusCode(200);
    }

    private static void isGone(long test) {
        asAdmin().get(TESTS + "/" + test).then().statusCode(404);
    }
}
