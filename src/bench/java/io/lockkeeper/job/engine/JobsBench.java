package io.lockkeeper.job.engine;

import static io.lockkeeper.job.engine.Settings.QUICK;
import static io.lockkeeper.job.engine.TestStore.job;

import io.lockkeeper.TestServers;
import io.lockkeeper.postgres.PostgresBinaries;
import io.lockkeeper.postgres.PostgresServer;
import io.lockkeeper.store.StoreAccess;
import io.lockkeeper.store.StoreAddress;
import io.micrometer.core.instrument.Counter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.atomic.AtomicLong;

/// How fast the engine is on a fresh local cluster with stock durable settings, beside a bare loop in the same run.
/// Rounds alternate, so that both see the same weather; medians are printed.
public final class JobsBench {
    private static final int JOBS = 10_000;
    private static final int ROUNDS = 7;
    private static final int CLIENTS = 16;
    private static final int PICK_UPS = 300;
    private static final Duration IDLE = Duration.ofMillis(3);

    private static final AtomicLong FIRST_START = new AtomicLong();

    private JobsBench() {}

    public static void main(String[] args) throws Exception {
        Path home = Files.createTempDirectory("lockkeeper-bench");
        PostgresBinaries binaries = PostgresBinaries.find(Optional.empty(), home.resolve("cache"));
        try (PostgresServer server = PostgresServer.start(PostgresServer.Plan.on(binaries, home.resolve("server")))) {
            StoreAddress ours = database(server, "ours");
            TestServers.migrate(new StoreAccess(ours, ours));
            StoreAddress bare = database(server, "bare");
            System.out.printf(
                    "PostgreSQL %d, fsync on; %d processors; medians of %d rounds%n%n",
                    server.major(), Runtime.getRuntime().availableProcessors(), ROUNDS);
            drain(ours, new BareLoop(bare));
            enqueue(ours, new BareLoop(bare));
            pickUp(ours);
        }
        System.exit(0);
    }

    private static StoreAddress database(PostgresServer server, String name) {
        StoreAddress maintenance = StoreAddress.local(
                server.host(),
                server.port(),
                PostgresServer.MAINTENANCE_DATABASE,
                PostgresServer.SUPERUSER,
                server.password());
        TestServers.execute(maintenance, "CREATE DATABASE " + name);
        return StoreAddress.local(server.host(), server.port(), name, PostgresServer.SUPERUSER, server.password());
    }

    private static void drain(StoreAddress address, BareLoop bare) throws Exception {
        List<Double> ourRates = new ArrayList<>();
        List<Double> bareRates = new ArrayList<>();
        try (TestStore store = new TestStore(address, address)) {
            TestKind noop = TestKind.of("noop", _ -> {
                FIRST_START.compareAndSet(0, System.nanoTime());
                return "";
            });
            Engine engine = store.engine(QUICK.withSlots(1_000).withLease(Duration.ofSeconds(8)), noop);
            for (int round = 0; round < ROUNDS + 2; round++) {
                double ours = drain(store, engine);
                double theirs = bare.drain(JOBS);
                if (round >= 2) {
                    ourRates.add(ours);
                    bareRates.add(theirs);
                }
            }
        }
        print("drain 10,000 queued no-op jobs with 2 durable events each", "jobs/s", ourRates, bareRates);
    }

    private static double drain(TestStore store, Engine engine) throws InterruptedException {
        double before = ended(store);
        FIRST_START.set(0);
        store.ask("""
                INSERT INTO job (kind, state, on_lost, spec, max_attempts, requested_by, requested_via)
                SELECT 'noop', 'QUEUED', 'restart', '{}', 3, 'bench', 'token' FROM generate_series(1, $1)
                """, JOBS);
        engine.jobWasChanged();
        while (ended(store) - before < JOBS) {
            Thread.sleep(1);
        }
        return JOBS * 1e9 / (System.nanoTime() - FIRST_START.get());
    }

    private static double ended(TestStore store) {
        Counter counter = store.meters
                .find("lockkeeper.jobs.ended")
                .tag("state", "SUCCEEDED")
                .counter();
        return counter == null ? 0 : counter.count();
    }

    private static void enqueue(StoreAddress address, BareLoop bare) throws Exception {
        List<Double> ourRates = new ArrayList<>();
        List<Double> bareRates = new ArrayList<>();
        try (TestStore store = new TestStore(address, address)) {
            Engine engine = store.engine(QUICK.withoutWorker(), TestKind.of("noop", _ -> ""));
            for (int round = 0; round < ROUNDS + 2; round++) {
                double ours = clients(n -> accept(store, engine));
                double theirs = bare.enqueue(CLIENTS, JOBS);
                if (round >= 2) {
                    ourRates.add(ours);
                    bareRates.add(theirs);
                }
                store.ask("DELETE FROM job");
            }
        }
        print("enqueue one by one from 16 clients, with audit row and event", "jobs/s", ourRates, bareRates);
    }

    private static void accept(TestStore store, Engine engine) {
        store.accept(engine, job("noop"));
    }

    @FunctionalInterface
    interface Client {
        void once(int n) throws Exception;
    }

    static double clients(Client client) throws Exception {
        long began = System.nanoTime();
        List<CompletableFuture<Void>> done = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            var one = new CompletableFuture<Void>();
            done.add(one);
            Thread.ofPlatform().start(() -> {
                try {
                    for (int n = 0; n < JOBS / CLIENTS; n++) {
                        client.once(n);
                    }
                    one.complete(null);
                } catch (Exception failed) {
                    one.completeExceptionally(failed);
                }
            });
        }
        done.forEach(CompletableFuture::join);
        return JOBS * 1e9 / (System.nanoTime() - began);
    }

    private static void pickUp(StoreAddress address) throws Exception {
        try (TestStore store = new TestStore(address, address)) {
            var started = new SynchronousQueue<Long>();
            TestKind note = TestKind.of("note", _ -> {
                started.put(System.nanoTime());
                return "";
            });
            Engine local = store.engine(QUICK, note);
            pickUp("accepted by the instance that runs it", store, local, started);
        }
        try (TestStore store = new TestStore(address, address)) {
            var started = new SynchronousQueue<Long>();
            TestKind note = TestKind.of("note", _ -> {
                started.put(System.nanoTime());
                return "";
            });
            store.engine(QUICK, note);
            Engine edge = store.engine(QUICK.withoutWorker(), note);
            Thread.sleep(1_000);
            pickUp("accepted by another instance", store, edge, started);
        }
    }

    private static void pickUp(String what, TestStore store, Engine engine, SynchronousQueue<Long> started)
            throws Exception {
        long[] sinceCommit = new long[PICK_UPS];
        long[] sinceCall = new long[PICK_UPS];
        for (int i = -PICK_UPS; i < PICK_UPS; i++) { // the first half warms up
            Thread.sleep(IDLE);
            long called = System.nanoTime();
            var committed = engine.accept(job("note").build()).thenApply(_ -> System.nanoTime());
            long began = started.take();
            if (i >= 0) {
                sinceCommit[i] = Math.max(0, began - committed.join());
                sinceCall[i] = began - called;
            }
        }
        System.out.printf(
                "pick-up, %s: from the commit p50 %s p99 %s; from the call p50 %s p99 %s%n",
                what, ms(sinceCommit, 50), ms(sinceCommit, 99), ms(sinceCall, 50), ms(sinceCall, 99));
    }

    private static String ms(long[] nanos, int percentile) {
        long[] sorted = nanos.clone();
        Arrays.sort(sorted);
        return String.format("%.2f ms", sorted[sorted.length * percentile / 100] / 1e6);
    }

    private static void print(String what, String unit, List<Double> ours, List<Double> bare) {
        System.out.printf(
                "%s: %,.0f %s, bare loop %,.0f, ratio %.2f%n",
                what, median(ours), unit, median(bare), median(ours) / median(bare));
    }

    private static double median(List<Double> rates) {
        return rates.stream().sorted().toList().get(rates.size() / 2);
    }
}
