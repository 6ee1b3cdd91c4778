package io.lockkeeper.repository;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.job.ApiJobs;
import io.lockkeeper.postgres.ChildProcess;
import io.lockkeeper.postgres.ClientTools;
import io.lockkeeper.postgres.Lsn;
import io.lockkeeper.postgres.OwnCluster;
import io.lockkeeper.postgres.PostgresServer;
import io.lockkeeper.postgres.WalSegment;
import io.lockkeeper.restore.RestoreTests;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/// The real programs, where they are installed: both archive the log of one cluster, and back it up.
@QuarkusTest
class OtherToolsApiTest {
    private static final int MAJOR = 15;

    private static OwnCluster cluster;
    private static RegisteredTarget target;

    private static OwnCluster cluster() throws Exception {
        if (cluster == null) {
            Path files = Files.createDirectories(RepositoriesForTests.FILES);
            Files.setPosixFilePermissions(files, PosixFilePermissions.fromString("rwxr-xr-x"));
            cluster = OwnCluster.start(
                    MAJOR, Map.of("archive_mode", "on", "archive_command", "false", "wal_level", "replica"));
            cluster.sql("CREATE TABLE story (what text)", "INSERT INTO story VALUES ('told')");
            target = new RegisteredTarget(ApiJobs.registerAt(
                    cluster.port(),
                    new JsonObject()
                            .put("host", "127.0.0.1")
                            .put("database", "postgres")
                            .put("username", PostgresServer.SUPERUSER)
                            .put("credential", new JsonObject().put("value", cluster.password()))));
        }
        return cluster;
    }

    @AfterAll
    static void end() {
        if (cluster != null) {
            cluster.close();
        }
    }

    @Test
    void listsAndTestsWhatPgBackRestKeeps() throws Exception {
        Path program = installed("pgbackrest");
        OwnCluster source = cluster();
        Path own = source.directory("pgbackrest");
        Files.writeString(RepositoriesForTests.PGBACKREST, """
                [global]
                repo1-path=%1$s/repo
                log-path=%1$s
                lock-path=%1$s
                log-level-file=off
                start-fast=y
                job-retry=0
                [global:restore]
                link-all=y
                [main]
                pg1-path=%2$s
                pg1-port=%3$d
                pg1-user=%4$s
                """.formatted(
                        own, source.data(), source.port(), PostgresServer.SUPERUSER));
        String[] asMain = {"--config=" + RepositoriesForTests.PGBACKREST, "--stanza=main"};
        archivesBy(program + " " + String.join(" ", asMain) + " archive-push %p");
        source.sql(
                "CREATE TABLESPACE far LOCATION '" + source.directory("far") + "'",
                "CREATE TABLE afar TABLESPACE far AS SELECT 1 AS one");
        run(program, asMain, "stanza-create");
        run(program, asMain, "--type=full", "backup");
        run(program, asMain, "--type=incr", "backup");

        target.register("test-pgbackrest").statusCode(202);
        JsonPath view = target.await("test-pgbackrest", now -> now.getInt("backups") == 2);

        assertThat(view.getString("problem")).isNull();
        Map<String, Object> newest = of("pgbackrest").getFirst();
        assertThat(newest)
                .containsEntry("systemIdentifier", source.one("SELECT system_identifier FROM pg_control_system()"))
                .containsEntry("toolVersion", version(program));
        assertThat(newest.get("origin")).asString().contains("type=incr", "prior=");
        source.sql("DROP TABLE afar", "DROP TABLESPACE far");

        JsonPath test = tested(newest);

        assertProven(test, "says pgBackRest");
        assertThat(test.getString("report.tested.origin.tool")).isEqualTo("pgbackrest");
        Map<String, Object> latest = target.latest().getMap("proven");
        assertThat(latest).containsEntry("id", newest.get("id"));
        for (Path file :
                found(own.resolve("repo/backup/main"), file -> file.toString().endsWith("base/5/1259.gz"))) {
            damage(file);
        }
        assertBroken(tested(newest), "pgbackrest cannot give it back");
    }

    @Test
    void listsAndTestsWhatBarmanKeeps() throws Exception {
        Path program = installed("barman");
        OwnCluster source = cluster();
        Path own = source.directory("barman");
        String user = source.asOwner(Path.of("/usr/bin/id"), "-un").text().strip();
        Files.writeString(RepositoriesForTests.BARMAN, """
                [barman]
                barman_user = %1$s
                barman_home = %2$s
                log_file = %2$s/barman.log
                [main]
                description = main
                conninfo = host=127.0.0.1 port=%3$d user=%4$s password=%5$s dbname=postgres
                streaming_conninfo = host=127.0.0.1 port=%3$d user=%4$s password=%5$s
                backup_method = postgres
                archiver = on
                path_prefix = %6$s
                """.formatted(
                        own,
                        own,
                        source.port(),
                        PostgresServer.SUPERUSER,
                        source.password(),
                        source.program("psql").getParent())
                .replace("barman_user = " + own, "barman_user = " + user));
        String[] asMain = {"--config", RepositoriesForTests.BARMAN.toString()};
        source.directory("barman/main");
        source.directory("barman/main/incoming");
        archivesBy("cp %p " + own + "/main/incoming/%f");
        run(program, asMain, "switch-wal", "--force", "--archive", "main");
        run(program, asMain, "backup", "main");
        run(program, asMain, "switch-wal", "--force", "--archive", "main");

        target.register("test-barman").statusCode(202);
        JsonPath view = target.await("test-barman", now -> now.getInt("backups") == 1);

        assertThat(view.getString("problem")).isNull();
        Map<String, Object> backup = of("barman").getFirst();
        assertThat(backup).containsEntry("timeline", 1).containsKeys("walStart", "walLsn", "snapshotAt");
        assertThat((String) backup.get("serverVersion")).startsWith(MAJOR + ".");

        assertProven(tested(backup), "pg_verifybackup");

        String label = JsonPath.from(new JsonObject(backup).encode()).getString("origin.label");
        Path files = own.resolve("main/base/" + label + "/data");
        Path table = files.resolve(source.one("SELECT pg_relation_filepath('story')"));
        damage(table);
        assertBroken(tested(backup), "checksum mismatch");
        damage(table);
        Lsn end = Lsn.parse((String) backup.get("walLsn"));
        for (Path segment : found(own.resolve("main/wals"), file -> isWrittenAt(end, file))) {
            Files.delete(segment);
        }
        assertBroken(tested(backup), "does not have segment");
    }

    private static Path installed(String program) {
        var found = ClientTools.ofTheSystem(program);
        Assumptions.assumeTrue(found.isPresent(), "no " + program + " here");
        return found.orElseThrow();
    }

    private static void archivesBy(String command) {
        cluster.sql("ALTER SYSTEM RESET archive_command");
        cluster.restart(Map.of("archive_command", command));
    }

    private static void run(Path program, String[] always, String... arguments) {
        List<String> all = new ArrayList<>(List.of(always));
        all.addAll(List.of(arguments));
        ChildProcess.Ended ended = cluster.asOwner(program, all.toArray(String[]::new));
        assertThat(ended.exitCode()).as(all + ": " + ended.text()).isZero();
    }

    private static String version(Path program) {
        return cluster.asOwner(program, "version").text().replaceAll("[^0-9.]", "");
    }

    private static List<Map<String, Object>> of(String tool) {
        return target.backups().stream()
                .filter(each -> each.get("origin").toString().contains("tool=" + tool))
                .toList();
    }

    private static JsonPath tested(Map<String, Object> backup) {
        return RestoreTests.verdict(RestoreTests.of(((Number) backup.get("id")).longValue())
                .put(
                        "checks",
                        new JsonArray()
                                .add(check("told", "SELECT string_agg(what, ', ') FROM story", "told"))
                                .add(check("archives nothing", "SELECT current_setting('archive_mode')", "off"))
                                .add(check("listens", "SELECT current_setting('listen_addresses')", "127.0.0.1"))));
    }

    private static JsonObject check(String name, String sql, String expect) {
        return new JsonObject().put("name", name).put("sql", sql).put("expect", expect);
    }

    private static void assertProven(JsonPath test, String note) {
        assertThat(test.getList("report.reasons")).as(test.prettify()).isEmpty();
        assertThat(test.getString("verdict")).isEqualTo("PROVEN");
        assertThat(test.getList("report.notes", String.class)).anyMatch(each -> each.contains(note));
        assertThat(test.getList("report.notes", String.class))
                .anyMatch(each -> each.contains("no data checksums") || each.contains("has data checksums"));
    }

    private static void assertBroken(JsonPath test, String detail) {
        assertThat(test.getString("verdict")).as(test.prettify()).isEqualTo("BROKEN");
        assertThat(test.getString("report.reasons[0].code")).isEqualTo("ARTIFACT");
        assertThat(test.getString("report.reasons[0].detail")).contains(detail);
    }

    private static List<Path> found(Path below, Predicate<Path> wanted) throws IOException {
        try (Stream<Path> all = Files.walk(below)) {
            return all.filter(Files::isRegularFile).filter(wanted).toList();
        }
    }

    private static boolean isWrittenAt(Lsn end, Path file) {
        String name = file.getFileName().toString();
        return WalSegment.isName(name) && WalSegment.named(name, 16 << 20).end().compareTo(end) >= 0;
    }

    private static void damage(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 0x55;
        Files.write(file, bytes);
    }
}
