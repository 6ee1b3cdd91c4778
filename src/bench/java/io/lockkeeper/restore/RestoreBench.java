package io.lockkeeper.restore;

import io.lockkeeper.Instance;
import io.lockkeeper.TestServers;
import io.lockkeeper.depot.TestDepots;
import io.lockkeeper.postgres.ChildProcess;
import io.lockkeeper.postgres.ChildProcess.Command;
import io.lockkeeper.postgres.PostgresBinaries;
import io.lockkeeper.postgres.PostgresServer;
import io.lockkeeper.store.StoreAddress;
import io.restassured.path.json.JsonPath;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A whole restore test of ours (opened, unpacked, restored two tables at a time into a fresh server,
/// all rows compared, structure looked at) against a bare `pg_restore -j2` of the same dump into a
/// server with fsync and data checksums, neither of which a sandbox has: the same files, in turns, the best
/// of each. Checksums are not PostgreSQL's own default before 18: they make the bare restore slower.
public final class RestoreBench {
    private static final int ROUNDS = 3;

    private final TestServers.Server source = TestServers.server();
    private final Path home;
    private final Instance instance;
    private final PostgresServer plain;
    private final Path programs;

    private RestoreBench(Path home, Instance instance, PostgresServer plain, Path programs) {
        this.home = home;
        this.instance = instance;
        this.plain = plain;
        this.programs = programs;
    }

    public static void main(String[] args) throws Exception {
        int percent = args.length > 0 ? Integer.parseInt(args[0]) : 100;
        Path home = Files.createTempDirectory("lockkeeper-bench");
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path depot = Files.createDirectory(home.resolve("depot"));
        PostgresBinaries binaries = PostgresBinaries.ofMajor(
                        TestServers.server().major(), Optional.empty(), home.resolve("cache"))
                .orElseThrow();
        try (PostgresServer plain = PostgresServer.start(PostgresServer.Plan.on(binaries, home.resolve("plain")));
                Instance instance = Instance.start(
                                TestServers.freshStore(),
                                home,
                                "bench",
                                "-Xmx256m",
                                "-Dlockkeeper.depots.bench.directory=" + depot,
                                "-Dlockkeeper.depots.bench.key=bench",
                                "-Dlockkeeper.keys.bench.identity="
                                        + TestDepots.Pair.generate().identity())
                        .ready()) {
            var bench = new RestoreBench(home, instance, plain, binaries.directory());
            bench.compare("pgbench", bench.pgbench(5_000_000 / 100 * percent));
            bench.compare("wide", bench.wide(200_000 / 100 * percent));
        } finally {
            remove(home);
        }
        System.exit(0);
    }

    private StoreAddress pgbench(int accounts) {
        StoreAddress database = source.emptyDatabase();
        TestServers.execute(
                database,
                "CREATE TABLE pgbench_accounts (aid int NOT NULL, bid int, abalance int, filler char(84))",
                "CREATE TABLE pgbench_tellers (tid int NOT NULL, bid int, tbalance int, filler char(84))",
                "INSERT INTO pgbench_accounts SELECT n, (n - 1) / 100000 + 1, 0, '' FROM generate_series(1, " + accounts
                        + ") n",
                "INSERT INTO pgbench_tellers SELECT n, (n - 1) / 10 + 1, 0, '' FROM generate_series(1, 500) n",
                "ALTER TABLE pgbench_accounts ADD PRIMARY KEY (aid)",
                "ALTER TABLE pgbench_tellers ADD PRIMARY KEY (tid)");
        return database;
    }

    private StoreAddress wide(int rows) {
        StoreAddress database = source.emptyDatabase();
        TestServers.execute(
                database,
                """
                CREATE TABLE wide AS
                SELECT n AS id, (SELECT string_agg(md5(n::text || i), ' ') FROM generate_series(1, 30) i) AS body,
                       jsonb_build_object('id', n, 'tags', ARRAY[md5(n::text), md5((n + 1)::text)], 'price', n / 7.0,
                                          'nested', jsonb_build_object('text', repeat(md5((n %% 1000)::text), 8))) AS doc,
                       decode(md5((n * 3)::text) || md5((n * 5)::text), 'hex') AS raw, ARRAY[n, n + 1, n + 2] AS numbers
                FROM generate_series(1, %d) n""".formatted(rows),
                """
                CREATE TABLE toasty AS
                SELECT n AS id, (SELECT string_agg(md5(n::text || i), '') FROM generate_series(1, 250) i) AS body
                FROM generate_series(1, %d) n""".formatted(rows / 10),
                "ALTER TABLE wide ADD PRIMARY KEY (id)",
                "CREATE INDEX ON wide USING gin (doc)",
                "CREATE INDEX ON wide (raw)");
        return database;
    }

    private void compare(String what, StoreAddress database) throws Exception {
        instance.register(what, database);
        long backup = instance.succeed("/api/v1/backups", new JsonObject().put("target", what))
                .getLong("id");
        Path dump = download(backup);
        double bare = Double.MAX_VALUE;
        double ours = Double.MAX_VALUE;
        JsonPath test = null;
        for (int round = 0; round < ROUNDS; round++) {
            bare = Math.min(bare, bare(dump));
            JsonPath job = instance.succeed("/api/v1/restore-tests", new JsonObject().put("backup", backup));
            if (!job.getString("result.verdict").equals("PROVEN")) {
                throw new IllegalStateException(job.prettify());
            }
            if (seconds(job) < ours) {
                ours = seconds(job);
                test = instance.ask()
                        .get("/api/v1/restore-tests/" + job.getLong("id"))
                        .then()
                        .extract()
                        .jsonPath();
            }
        }
        remove(dump);
        List<Map<String, Object>> phases = test.getList("report.phases");
        System.out.printf(
                "%-8s bare pg_restore %.2f s; ours %.2f s; ratio %.2f (%s)%n",
                what,
                bare,
                ours,
                ours / bare,
                phases.stream()
                        .map(phase -> phase.get("name") + " " + phase.get("ms") + " ms")
                        .collect(Collectors.joining(", ")));
    }

    /// The dump as `pg_restore` wants to find it.
    private Path download(long backup) throws Exception {
        Path dump = Files.createDirectory(home.resolve("dump"));
        Path tar = home.resolve("dump.tar");
        try (InputStream content = instance.ask()
                .get("/api/v1/backups/" + backup + "/content")
                .then()
                .extract()
                .asInputStream()) {
            Files.copy(content, tar);
        }
        run(Path.of("/bin/tar"), List.of("-xf", tar.toString(), "-C", dump.toString()), Map.of());
        Files.delete(tar);
        return dump;
    }

    private double bare(Path dump) throws Exception {
        StoreAddress root =
                StoreAddress.local(plain.host(), plain.port(), "postgres", PostgresServer.SUPERUSER, plain.password());
        TestServers.execute(
                root, "DROP DATABASE IF EXISTS bare", "CREATE DATABASE bare TEMPLATE template0", "CHECKPOINT");
        Map<String, String> environment = Map.of(
                "PGHOST", plain.host(),
                "PGPORT", Integer.toString(plain.port()),
                "PGUSER", PostgresServer.SUPERUSER,
                "PGPASSWORD", plain.password());
        long began = System.nanoTime();
        run(programs.resolve("pg_restore"), List.of("--jobs=2", "--dbname=bare", dump.toString()), environment);
        return (System.nanoTime() - began) / 1e9;
    }

    private void run(Path program, List<String> arguments, Map<String, String> environment) throws Exception {
        ChildProcess.Ended ended =
                ChildProcess.run(new Command(program, arguments, home, environment), Duration.ofMinutes(20));
        if (!ended.well()) {
            throw new IllegalStateException(ended.text());
        }
    }

    private static double seconds(JsonPath job) {
        return Duration.between(Instant.parse(job.getString("startedAt")), Instant.parse(job.getString("finishedAt")))
                        .toMillis()
                / 1000.0;
    }

    private static void remove(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        }
    }
}
