package io.lockkeeper.restore;

import static io.lockkeeper.backup.BackupTarget.made;
import static io.lockkeeper.restore.RestoreTests.TESTS;
import static io.lockkeeper.restore.RestoreTests.of;
import static io.lockkeeper.restore.RestoreTests.verdict;
import static io.lockkeeper.security.ApiTokens.as;
import static io.lockkeeper.security.ApiTokens.asAdmin;
import static io.lockkeeper.security.ApiTokens.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.is;

import io.lockkeeper.backup.BackupTarget;
import io.lockkeeper.security.Role;
import io.lockkeeper.store.StoreAddress;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.sql.DriverManager;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

@QuarkusTest
class KeptCopyApiTest {
    @Inject
    KeptCopies kept;

    @Inject
    Pool store;

    @Test
    void canBeLookedAtForAWhile() {
        BackupTarget shop = new BackupTarget(17).withAShop();
        JsonPath test = verdict(of(made(shop.request()).getLong("id")).put("keepFor", "20s"));
        String sandbox = TESTS + "/" + test.getLong("id") + "/sandbox";
        assertThat(test.getString("keptUntil")).isNotNull();

        as(with(Role.VIEWER)).get(sandbox).then().statusCode(403);
        JsonPath access = as(with(Role.OPERATOR))
                .get(sandbox)
                .then()
                .statusCode(200)
                .header("Cache-Control", "no-store")
                .extract()
                .jsonPath();

        StoreAddress copy = StoreAddress.local(
                access.getString("host"),
                access.getInt("port"),
                access.getString("database"),
                access.getString("superuser"),
                access.getString("password"));
        assertThat(BackupTarget.one(copy, "SELECT count(*) FROM orders")).isEqualTo("20000");
        assertThat(asAdmin().get("/api/v1/jobs/" + test.getLong("id")).asString()
                        + asAdmin().get(TESTS + "/" + test.getLong("id")).asString()
                        + asAdmin()
                                .get("/api/v1/jobs/" + test.getLong("id") + "/log")
                                .asString())
                .doesNotContain(access.getString("password"));
        Awaitility.await()
                .atMost(Duration.ofSeconds(40))
                .untilAsserted(
                        () -> asAdmin().get(sandbox).then().statusCode(410).body("code", is("sandbox-gone")));
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> isGone(copy));
    }

    @Test
    void canBeLetGoOf() {
        BackupTarget shop = new BackupTarget(17).withAShop();
        JsonPath test = verdict(of(made(shop.request()).getLong("id")).put("keepFor", "10m"));
        String sandbox = TESTS + "/" + test.getLong("id") + "/sandbox";

        as(with(Role.OPERATOR)).delete(sandbox).then().statusCode(204);

        asAdmin().get(sandbox).then().statusCode(410);
        assertThat(RestoreTests.test(test.getLong("id")).getString("keptUntil")).isNull();
    }

    @Test
    void isForgottenWhenItsInstanceHasDied() throws Exception {
        BackupTarget shop = new BackupTarget(17).withAShop();
        long test = verdict(of(made(shop.request()).getLong("id")).put("keepFor", "10m"))
                .getLong("id");
        as(with(Role.OPERATOR)).delete(TESTS + "/" + test + "/sandbox").then().statusCode(204);
        String dead = kept.here().replaceFirst("/.*", "/" + endedProcess());
        store.preparedQuery(
                        "UPDATE restore_test SET kept_until = now() + interval '1 hour', kept_on = $2 WHERE id = $1")
                .executeAndAwait(Tuple.of(test, dead));
        asAdmin().get(TESTS + "/" + test + "/sandbox").then().statusCode(409).body("code", is("sandbox-elsewhere"));

        kept.forgetThoseOfTheDead();

        assertThat(RestoreTests.test(test).getString("keptUntil")).isNull();
        asAdmin().get(TESTS + "/" + test + "/sandbox").then().statusCode(410);
    }

    private static long endedProcess() throws Exception {
        Process process = new ProcessBuilder("true").start();
        process.waitFor();
        return process.pid();
    }

    private static boolean isGone(StoreAddress copy) {
        try (var _ = DriverManager.getConnection(
                copy.jdbcUrl(), copy.username(), copy.password().orElseThrow())) {
            return false;
        } catch (java.sql.SQLException gone) {
            return true;
        }
    }
}
