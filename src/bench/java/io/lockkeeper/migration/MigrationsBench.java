package io.lockkeeper.migration;

import io.lockkeeper.TestServers;
import io.lockkeeper.job.engine.TestStore;
import io.lockkeeper.migration.BundleSpec.GivenFile;
import io.lockkeeper.postgres.PostgresBinaries;
import io.lockkeeper.postgres.PostgresServer;
import io.lockkeeper.postgres.ScratchServer;
import io.lockkeeper.store.StoreAccess;
import io.lockkeeper.store.StoreAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.flywaydb.core.Flyway;

/// 1,000 small migrations on a fresh cluster with stock durable settings: ours with its journal in a store on the same
/// cluster, `psql` with all files in one session, and flyway-core. They take turns; medians are printed.
public final class MigrationsBench {
    private static final int MIGRATIONS = 1_000;
    private static final int ROUNDS = 5;

    private final PostgresServer server;
    private final Path folder;
    private final List<GivenFile> files = new ArrayList<>();
    private final AtomicInteger databases = new AtomicInteger();

    private MigrationsBench(PostgresServer server, Path folder) throws IOException {
        this.server = server;
        this.folder = Files.createDirectory(folder);
        for (int i = 1; i <= MIGRATIONS; i++) {
            String sql =
                    "CREATE TABLE t%1$d (id bigint PRIMARY KEY, note text);%nCREATE INDEX t%1$d_note ON t%1$d (note);%n"
                            .formatted(i);
            files.add(new GivenFile("V" + i + "__table.sql", sql));
            Files.writeString(folder.resolve("V" + i + "__table.sql"), sql);
        }
    }

    public static void main(String[] args) throws Exception {
        Path home = Files.createTempDirectory("lockkeeper-bench");
        PostgresBinaries binaries = PostgresBinaries.find(Optional.empty(), home.resolve("cache"));
        try (PostgresServer server = PostgresServer.start(PostgresServer.Plan.on(binaries, home.resolve("server")))) {
            System.out.printf(
                    "PostgreSQL %d, fsync on; %d processors; %d migrations of two statements; medians of %d rounds%n",
                    server.major(), Runtime.getRuntime().availableProcessors(), MIGRATIONS, ROUNDS);
            new MigrationsBench(server, home.resolve("files")).run();
        }
        System.exit(0);
    }

    private void run() throws Exception {
        StoreAddress store = database();
        TestServers.migrate(new StoreAccess(store, store));
        List<Double> ours = new ArrayList<>();
        List<Double> psql = new ArrayList<>();
        List<Double> flyway = new ArrayList<>();
        try (Runs runs = new Runs(new TestStore(store, store))) {
            for (int round = 0; round <= ROUNDS; round++) {
                double[] times = {seconds(() -> ours(runs)), seconds(this::psql), seconds(this::flyway)};
                System.out.printf(
                        "  %s ours %.2f s, psql %.2f s, flyway %.2f s%n",
                        round == 0 ? "warm-up" : "round " + round, times[0], times[1], times[2]);
                if (round > 0) {
                    ours.add(times[0]);
                    psql.add(times[1]);
                    flyway.add(times[2]);
                }
            }
        }
        System.out.printf(
                "ours %.2f s, psql %.2f s, flyway %.2f s; ours / psql %.2f, ours / flyway %.2f%n",
                median(ours), median(psql), median(flyway), median(ours) / median(psql), median(ours) / median(flyway));
    }

    private interface Work {
        void run() throws Exception;
    }

    private static double seconds(Work work) throws Exception {
        long began = System.nanoTime();
        work.run();
        return (System.nanoTime() - began) / 1e9;
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().skip(values.size() / 2).findFirst().orElseThrow();
    }

    private StoreAddress database() {
        String name = "d" + databases.incrementAndGet();
        StoreAddress maintenance = address(PostgresServer.MAINTENANCE_DATABASE);
        TestServers.execute(maintenance, "CREATE DATABASE " + name);
        return address(name);
    }

    private StoreAddress address(String database) {
        return StoreAddress.local(server.host(), server.port(), database, PostgresServer.SUPERUSER, server.password());
    }

    private void ours(Runs runs) throws InterruptedException {
        runs.new Site(database()).apply(Runs.up(files));
    }

    private void flyway() {
        StoreAddress database = database();
        Flyway.configure()
                .dataSource(database.jdbcUrl(), database.username(), server.password())
                .locations("filesystem:" + folder)
                .load()
                .migrate();
    }

    private void psql() throws IOException, InterruptedException {
        StoreAddress database = database();
        List<String> command = new ArrayList<>(List.of(
                ScratchServer.programs().resolve("psql").toString(),
                "-q",
                "-X",
                "-v",
                "ON_ERROR_STOP=1",
                "-h",
                server.host(),
                "-p",
                "" + server.port(),
                "-U",
                database.username(),
                "-d",
                database.database()));
        for (GivenFile file : files) {
            command.addAll(List.of("-f", folder.resolve(file.path()).toString()));
        }
        ProcessBuilder psql = new ProcessBuilder(command).inheritIO();
        psql.environment().put("PGPASSWORD", server.password());
        if (psql.start().waitFor() != 0) {
            throw new IllegalStateException("psql failed");
        }
    }
}
