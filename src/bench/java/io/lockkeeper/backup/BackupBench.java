package io.lockkeeper.backup;

import io.lockkeeper.Instance;
import io.lockkeeper.TestServers;
import io.lockkeeper.depot.TestDepots;
import io.lockkeeper.postgres.ChildProcess;
import io.lockkeeper.postgres.ChildProcess.Command;
import io.lockkeeper.postgres.ClientTools;
import io.lockkeeper.store.StoreAddress;
import io.restassured.path.json.JsonPath;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A backup of ours (two tables at a time, zstd, sealed, every row hashed, into a directory) against a bare
/// `pg_dump -Fd -j2` with its default compression: the same database, in turns, the best of each. And what
/// the heap held after collections while a database grew.
public final class BackupBench {
    private static final int ROUNDS = 5;
    private static final Pattern HELD = Pattern.compile("->(\\d+)M\\(");

    private final TestServers.Server server = TestServers.server();
    private final Path home;
    private final Instance instance;

    private BackupBench(Path home, Instance instance) {
        this.home = home;
        this.instance = instance;
    }

    public static void main(String[] args) throws Exception {
        int percent = args.length > 0 ? Integer.parseInt(args[0]) : 100;
        String part = args.length > 1 ? args[1] : "all";
        Path home = Files.createTempDirectory("lockkeeper-bench");
        Path depot = Files.createDirectory(home.resolve("depot"));
        try (Instance instance = Instance.start(
                        TestServers.freshStore(),
                        home,
                        "bench",
                        "-Xmx256m",
                        "-Xlog:gc:file=" + home.resolve("gc.log"),
                        "-Dlockkeeper.depots.bench.directory=" + depot,
                        "-Dlockkeeper.depots.bench.key=bench",
                        "-Dlockkeeper.keys.bench.identity="
                                + TestDepots.Pair.generate().identity())
                .ready()) {
            var bench = new BackupBench(home, instance);
            if (!"grow".equals(part)) {
                bench.compare("pgbench", bench.pgbench(5_000_000 / 100 * percent));
                bench.compare("wide", bench.wide(200_000 / 100 * percent));
            }
            if (!"compare".equals(part)) {
                bench.grow(percent);
            }
        } finally {
            remove(home);
        }
        System.exit(0);
    }

    private StoreAddress pgbench(int accounts) {
        StoreAddress database = server.emptyDatabase();
        TestServers.execute(
                database,
                "CREATE TABLE pgbench_accounts (aid int NOT NULL, bid int, abalance int, filler char(84))",
                "CREATE TABLE pgbench_tellers (tid int NOT NULL, bid int, tbalance int, filler char(84))",
                "INSERT INTO pgbench_accounts SELECT n, (n - 1) / 100000 + 1, 0, '' FROM generate_series(1, " + accounts
                        + ") n",
                "INSERT INTO pgbench_tellers SELECT n, (n - 1) / 10 + 1, 0, '' FROM generate_series(1, 500) n",
                "ALTER TABLE pgbench_accounts ADD PRIMARY KEY (aid)",
                "VACUUM ANALYZE");
        return database;
    }

    private StoreAddress wide(int rows) {
        StoreAddress database = server.emptyDatabase();
        TestServers.execute(database, """
                CREATE TABLE wide AS
                SELECT n AS id, (SELECT string_agg(md5(n::text || i), ' ') FROM generate_series(1, 30) i) AS body,
                       jsonb_build_object('id', n, 'tags', ARRAY[md5(n::text), md5((n + 1)::text)], 'price', n / 7.0,
                                          'nested', jsonb_build_object('text', repeat(md5((n %% 1000)::text), 8))) AS doc,
                       decode(md5((n * 3)::text) || md5((n * 5)::text), 'hex') AS raw, ARRAY[n, n + 1, n + 2] AS numbers
                FROM generate_series(1, %d) n""".formatted(rows), """
                CREATE TABLE toasty AS
                SELECT n AS id, (SELECT string_agg(md5(n::text || i), '') FROM generate_series(1, 250) i) AS body
                FROM generate_series(1, %d) n""".formatted(rows / 10), "VACUUM ANALYZE");
        return database;
    }

    private void compare(String what, StoreAddress database) throws Exception {
        instance.register(what, database);
        double bare = Double.MAX_VALUE;
        double ours = Double.MAX_VALUE;
        long bareBytes = 0;
        JsonPath backup = null;
        for (int round = 0; round < ROUNDS; round++) {
            Path directory = home.resolve("bare");
            bare = Math.min(bare, bare(database, directory));
            bareBytes = size(directory);
            remove(directory);
            backup = backup(what);
            ours = Math.min(ours, seconds(backup));
            System.out.println("         " + steps(backup));
        }
        System.out.printf(
                "%-8s bare pg_dump %.2f s, %d MB; ours %.2f s, %d MB; ratio %.2f; %d MB of text, %d rows hashed%n",
                what,
                bare,
                bareBytes / 1_000_000,
                ours,
                backup.getLong("result.bytes") / 1_000_000,
                ours / bare,
                backup.getLong("result.rawBytes") / 1_000_000,
                backup.getLong("result.fingerprint.rows"));
    }

    /// From 100 MB to 2 GB of text.
    private void grow(int percent) throws Exception {
        for (int megabytes : new int[] {100, 500, 2_000}) {
            StoreAddress database = wide(megabytes * 500 / 100 * percent);
            String target = "grow-" + megabytes;
            instance.register(target, database);
            long before = Files.size(home.resolve("gc.log"));
            JsonPath backup = backup(target);
            long held = mostHeld(before);
            Path directory = home.resolve("bare");
            bare(database, directory);
            System.out.printf(
                    "%d MB of text: the heap held at most %d MB after a collection (limit 256 MB); %d MB on disk, bare %d MB%n",
                    backup.getLong("result.rawBytes") / 1_000_000,
                    held,
                    backup.getLong("result.bytes") / 1_000_000,
                    size(directory) / 1_000_000);
            remove(directory);
        }
    }

    private long mostHeld(long from) throws IOException {
        String log = Files.readString(home.resolve("gc.log")).substring((int) from);
        return HELD.matcher(log)
                .results()
                .map(MatchResult::group)
                .mapToLong(text -> Long.parseLong(text.replaceAll("\\D", "")))
                .max()
                .orElse(0);
    }

    private JsonPath backup(String target) {
        return instance.succeed("/api/v1/backups", new JsonObject().put("target", target));
    }

    private static double seconds(JsonPath job) {
        return between(job.getString("startedAt"), job.getString("finishedAt")).toMillis() / 1000.0;
    }

    /// Where the time went.
    private static String steps(JsonPath job) {
        return job.<Map<String, Object>>getList("steps").stream()
                .map(step -> step.get("name") + " "
                        + between((String) step.get("startedAt"), (String) step.get("finishedAt"))
                                .toMillis() + " ms")
                .collect(Collectors.joining(", ", "", ", all " + Math.round(seconds(job) * 1000) + " ms"));
    }

    private static Duration between(String from, String until) {
        return Duration.between(Instant.parse(from), Instant.parse(until));
    }

    private double bare(StoreAddress database, Path directory) throws Exception {
        Path program = ClientTools.forServer(server.major(), List.of("pg_dump"), List.of())
                .program("pg_dump");
        Map<String, String> environment = Map.of(
                "PGHOST", database.host(),
                "PGPORT", Integer.toString(database.port()),
                "PGUSER", database.username(),
                "PGPASSWORD", database.password().orElseThrow(),
                "PGDATABASE", database.database());
        long began = System.nanoTime();
        ChildProcess.Ended ended = ChildProcess.run(
                new Command(
                        program, List.of("--format=directory", "--jobs=2", "--file=" + directory), home, environment),
                Duration.ofMinutes(10));
        if (!ended.well()) {
            throw new IllegalStateException(ended.text());
        }
        return (System.nanoTime() - began) / 1e9;
    }

    private static long size(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        }
    }

    private static void remove(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        }
    }
}
