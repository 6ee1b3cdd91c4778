package io.lockkeeper.backup;

import static io.lockkeeper.backup.BackupTarget.BACKUPS;
import static io.lockkeeper.backup.BackupTarget.content;
import static io.lockkeeper.backup.BackupTarget.made;
import static io.lockkeeper.backup.BackupTarget.run;
import static io.lockkeeper.security.ApiTokens.asAdmin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.is;

import io.lockkeeper.TestServers;
import io.lockkeeper.postgres.ChildProcess;
import io.lockkeeper.postgres.ChildProcess.Command;
import io.lockkeeper.store.StoreAddress;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
class BackupApiTest {
    private static final String ORDERS = "SELECT count(*) || ' ' || sum(id) || ' ' || md5(min(note)) FROM orders";

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(ints = {15, 17, 18})
    void dumpsADirectoryThatPgRestoreTakesInParallel(int major) throws Exception {
        BackupTarget shop = new BackupTarget(major).withAShop();

        JsonPath backup = made(shop.request());

        Path dump = untar(content(backup.getLong("id")));
        assertThat(shop.tool("pg_restore", shop.database, "--list", dump.toString()))
                .contains("TABLE DATA public orders_new", "TABLE DATA public empty");
        StoreAddress copy = shop.server.emptyDatabase();
        shop.tool("pg_restore", copy, "--jobs=2", "--exit-on-error", "--dbname=" + copy.database(), dump.toString());
        assertThat(BackupTarget.one(copy, ORDERS)).isEqualTo(shop.one(ORDERS));
        assertThat(BackupTarget.one(copy, "SELECT what FROM \"odd \"\"name\"\"\" WHERE id = 1"))
                .isEqualTo("a\tb\n\\.");
        assertThat(BackupTarget.one(copy, "SELECT last_value FROM ticket")).isEqualTo("41");
        assertThat(BackupTarget.one(copy, "SELECT count(*) FROM pg_largeobject_metadata"))
                .isEqualTo("1");
    }

    @Test
    void dumpsOneFileForPgRestore() throws Exception {
        BackupTarget shop = new BackupTarget(17).withAShop();

        JsonPath backup = made(shop.request().put("format", "custom"));

        Path dump = Files.write(directory.resolve("dump.pgdump"), content(backup.getLong("id")));
        StoreAddress copy = shop.server.emptyDatabase();
        shop.tool("pg_restore", copy, "--jobs=2", "--exit-on-error", "--dbname=" + copy.database(), dump.toString());
        assertThat(BackupTarget.one(copy, ORDERS)).isEqualTo(shop.one(ORDERS));
    }

    @Test
    void dumpsSqlForPsql() throws Exception {
        BackupTarget shop = new BackupTarget(17).withAShop();

        JsonPath backup = made(shop.request().put("format", "plain"));

        Path dump = Files.write(directory.resolve("dump.sql"), content(backup.getLong("id")));
        StoreAddress copy = shop.server.emptyDatabase();
        shop.tool("psql", copy, "--set=ON_ERROR_STOP=1", "--quiet", "--file=" + dump);
        assertThat(BackupTarget.one(copy, ORDERS)).isEqualTo(shop.one(ORDERS));
    }

    @Test
    void allFormatsHaveTheSameFingerprintOfTheSameContent() {
        BackupTarget shop = new BackupTarget(17).withAShop();

        List<String> tables = List.of("directory", "custom", "plain").stream()
                .map(format -> made(shop.request().put("format", format)).getLong("id"))
                .map(BackupApiTest::fingerprint)
                .map(fingerprint -> fingerprint.getString("tables"))
                .distinct()
                .toList();

        assertThat(tables).hasSize(1);
        assertThat(tables.getFirst()).contains("rows:20000", "rows:5000", "rows:0");
    }

    @Test
    void tellsWhatItHolds() {
        BackupTarget shop = new BackupTarget(17).withAShop();

        JsonPath backup = made(shop.request().put("keepFor", "48h"));

        assertThat(backup.getString("target")).isEqualTo(shop.name);
        assertThat(backup.getString("method")).isEqualTo("logical");
        assertThat(backup.getString("format")).isEqualTo("directory");
        assertThat(backup.getString("database")).isEqualTo(shop.database.database());
        assertThat(backup.getString("serverVersion")).startsWith("17");
        assertThat(backup.getString("sha256")).matches("[0-9a-f]{64}");
        assertThat(backup.getLong("bytes")).isPositive().isLessThan(backup.getLong("rawBytes"));
        assertThat(backup.getString("proof.verdict")).isEqualTo("UNPROVEN");
        assertThat(backup.getInt("fingerprint.tables")).isEqualTo(4);
        assertThat(backup.getLong("fingerprint.rows")).isEqualTo(25_003);
        assertThat(backup.getInt("fingerprint.largeObjects")).isEqualTo(1);
        assertThat(backup.getString("expiresAt")).isNotNull();
        asAdmin().get(BACKUPS + "?target=" + shop.name).then().body("items.id", is(List.of(backup.getInt("id"))));
        asAdmin().get(BACKUPS + "?target=" + shop.name + "&proof=PROVEN").then().body("items", is(List.of()));
        asAdmin().get(BACKUPS + "/" + backup.getLong("id") + "/globals").then().statusCode(200);
    }

    @Test
    void leavesNothingButTheBackup() throws Exception {
        BackupTarget shop = new BackupTarget(17).withAShop();

        JsonPath backup = made(shop.request());

        Path folder = depot().resolve(backup.getString("folder"));
        assertThat(folder.getParent()).isDirectoryContaining(path -> path.equals(folder));
        try (var siblings = Files.list(folder.getParent())) {
            assertThat(siblings).containsExactly(folder);
        }
        assertThat(folder.resolve("manifest.json")).exists();
    }

    @Test
    void backsUpWhatIsIncludedAndNamesWhatIsLeftOut() {
        BackupTarget shop = new BackupTarget(17).withAShop();

        JsonPath backup = made(shop.request()
                .put(
                        "exclude",
                        new JsonObject().put("tables", new JsonArray(List.of("public.odd \"name\"", "public.empty")))));

        JsonPath fingerprint = fingerprint(backup.getLong("id"));
        assertThat(fingerprint.getList("tables.name")).containsExactly("customer", "orders");
        assertThat(fingerprint.getList("leftOut.name")).containsExactlyInAnyOrder("odd \"name\"", "empty");
    }

    @Test
    void sealsNothingItCannotReadBack() {
        BackupTarget shop = new BackupTarget(17).withAShop();
        JsonPath job =
                run(shop.request().put("include", new JsonObject().put("tables", new JsonArray(List.of("public.no")))));

        assertThat(job.getString("state")).isEqualTo("FAILED");
        assertThat(job.getString("error.code")).isEqualTo("nothing-selected");
        assertThat(job.getInt("attempt")).isEqualTo(1);
        asAdmin().get(BACKUPS + "/" + job.getLong("id")).then().statusCode(404).body("code", is("not-found"));
    }

    @Test
    void refusesARoleThatMayNotReadEverything() {
        BackupTarget shop = new BackupTarget(17).withAShop();
        String role = "reader_" + System.nanoTime();
        shop.sql("CREATE ROLE " + role + " LOGIN PASSWORD 'secret'", "GRANT SELECT ON customer TO " + role);
        var poor = new BackupTarget(shop.server, shop.database, role, "secret");

        JsonPath job = run(poor.request());

        assertThat(job.getString("error.code")).as(job.prettify()).isEqualTo("privilege-missing");
        assertThat(job.getString("error.detail")).contains(role, "cannot read");
    }

    @ParameterizedTest
    @ValueSource(strings = {"port=1", "a b", "a'b\\c", "über", "postgresql://nowhere/x"})
    void backsUpADatabaseWithAnUnluckyName(String stem) {
        TestServers.Server server = TestServers.server(17);
        String name = stem + System.nanoTime();
        TestServers.execute(server.address("postgres"), "CREATE DATABASE \"" + name + "\"");
        var target = new BackupTarget(server, server.address(name));
        target.sql("CREATE TABLE t (i int)", "INSERT INTO t VALUES (1)");

        JsonPath backup = made(target.request());

        assertThat(backup.getString("database")).isEqualTo(name);
        assertThat(backup.getLong("fingerprint.rows")).isEqualTo(1);
    }

    @Test
    void tellsEveryFaultOfARequestAtOnce() {
        JsonObject wrong = new JsonObject()
                .put("target", "nowhere")
                .put("method", "magical")
                .put("parallelism", 0)
                .put("keepFor", "1m")
                .put("compression", new JsonObject().put("algorithm", "gzip").put("level", 12))
                .put("include", new JsonObject())
                .put(
                        "exclude",
                        new JsonObject().put("tables", new JsonArray(List.of("orders", "public." + "x".repeat(64)))))
                .put("megabytesPerSecond", "much");

        asAdmin()
                .contentType("application/json")
                .body(wrong.encode())
                .post(BACKUPS)
                .then()
                .statusCode(400)
                .body(
                        "errors.pointer",
                        org.hamcrest.Matchers.hasItems(
                                "/method",
                                "/parallelism",
                                "/keepFor",
                                "/compression",
                                "/include",
                                "/exclude/tables/0",
                                "/exclude/tables/1",
                                "/megabytesPerSecond"));
    }

    @Test
    void refusesADepotThatIsNotThere() {
        BackupTarget shop = new BackupTarget(17);

        asAdmin()
                .contentType("application/json")
                .body(shop.request().put("depot", "attic").encode())
                .post(BACKUPS)
                .then()
                .statusCode(422)
                .body("code", is("unknown-depot"));
    }

    static JsonPath fingerprint(long backup) {
        return JsonPath.from(fingerprintText(backup));
    }

    static String fingerprintText(long backup) {
        return asAdmin()
                .get(BACKUPS + "/" + backup + "/fingerprint")
                .then()
                .statusCode(200)
                .extract()
                .asString();
    }

    static Path depot() {
        return Path.of("target/lockkeeper-test/depot").toAbsolutePath();
    }

    private Path untar(byte[] tar) throws Exception {
        return untar(tar, Files.createDirectory(directory.resolve("dump")));
    }

    static Path untar(byte[] tar, Path to) throws Exception {
        Path file = Files.write(to.resolveSibling(to.getFileName() + ".tar"), tar);
        ChildProcess.Ended ended = ChildProcess.run(
                Command.of(Path.of("/bin/tar"), "-xf", file.toString(), "-C", to.toString()), Duration.ofMinutes(1));
        assertThat(ended.exitCode()).as(ended.text()).isZero();
        return to;
    }
}
