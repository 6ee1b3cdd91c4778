package io.lockkeeper.job.engine;

import static io.lockkeeper.postgres.Await.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockkeeper.TestServers;
import io.lockkeeper.http.JsonRules;
import io.lockkeeper.job.JobKind;
import io.lockkeeper.job.JobState;
import io.lockkeeper.job.JobView;
import io.lockkeeper.job.Kinds;
import io.lockkeeper.job.table.AcceptJobs;
import io.lockkeeper.job.table.CancelJob;
import io.lockkeeper.job.table.EventReads;
import io.lockkeeper.job.table.JobReads;
import io.lockkeeper.job.table.NewJob;
import io.lockkeeper.postgres.PgConnector;
import io.lockkeeper.postgres.PgSession;
import io.lockkeeper.postgres.Secret;
import io.lockkeeper.postgres.ServerAddress;
import io.lockkeeper.postgres.Tls;
import io.lockkeeper.store.StoreAddress;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;

/// A fresh store with as many engines on it as a test wants, and a database to be their target; without Quarkus.
public final class TestStore implements AutoCloseable {
    static final Duration BOUND = Duration.ofSeconds(20);
    static final NewJob.Origin ANNA = new NewJob.Origin("anna", "token", "request-1");

    final Vertx vertx = Vertx.vertx();
    private final boolean fresh;
    public final StoreAddress address;
    final StoreAddress targetAddress;
    public final Pool pool;
    final MeterRegistry meters = new SimpleMeterRegistry();
    private final List<Engine> engines = new ArrayList<>();
    private final List<Pool> pools = new ArrayList<>();

    public TestStore() {
        this(TestServers.freshStore().serving(), TestServers.emptyDatabase(), true);
    }

    public TestStore(StoreAddress address, StoreAddress targetAddress) {
        this(address, targetAddress, false);
    }

    private TestStore(StoreAddress address, StoreAddress targetAddress, boolean fresh) {
        this.fresh = fresh;
        this.address = address;
        this.targetAddress = targetAddress;
        this.pool = pool(address);
    }

    private Pool pool(StoreAddress address) {
        PgConnectOptions options = new PgConnectOptions()
                .setHost(address.host())
                .setPort(address.port())
                .setDatabase(address.database())
                .setUser(address.username())
                .setPassword(address.password().orElseThrow())
                .setCachePreparedStatements(true)
                .setPreparedStatementCacheSqlLimit(16 * 1024)
                .setPipeliningLimit(256);
        options.getProperties().put("statement_timeout", "10s");
        options.getProperties().put("idle_in_transaction_session_timeout", "5s");
        return PgBuilder.pool()
                .with(new PoolOptions().setMaxSize(10).setShared(false))
                .connectingTo(options)
                .using(vertx)
                .build();
    }

    /// An instance with the usual settings of tests.
    public Engine engine(JobKind<?, ?>... kinds) {
        return engine(Settings.QUICK, kinds);
    }

    Engine engine(WorkerConfig config, JobKind<?, ?>... kinds) {
        Pool own = pool(address);
        pools.add(own);
        var json = new ObjectMapper();
        new JsonRules().customize(json);
        Engine engine = new Engine(config, vertx, own, new Kinds(List.of(kinds)), json, this::connect, meters);
        engines.add(engine);
        engine.start();
        return engine;
    }

    private PgSession connect(long targetId, String applicationName) throws InterruptedException {
        var server = new ServerAddress(
                targetAddress.host(),
                targetAddress.port(),
                targetAddress.database(),
                targetAddress.username(),
                new Secret(targetAddress.password().orElseThrow()),
                Tls.DISABLED,
                applicationName);
        return new PgConnector(vertx).connect(server, Duration.ofSeconds(10));
    }

    /// @return its id
    public long target(String name, int mostJobs) {
        return ask("""
                INSERT INTO target (name, engine, host, port, database, username, credential_store, credential_key, tls_mode, limit_jobs)
                VALUES ($1, 'postgresql', 'localhost', 5432, 'd', 'u', 'env', 'P', 'disable', $2) RETURNING id
                """, name, mostJobs).getFirst().getLong(0);
    }

    static NewJobs job(String kind) {
        return new NewJobs(kind);
    }

    long accept(Engine engine, NewJobs job) {
        return answer(engine, job).id();
    }

    AcceptJobs.Answer answer(Engine engine, NewJobs job) {
        return engine.accept(job.build())
                .orTimeout(20, java.util.concurrent.TimeUnit.SECONDS)
                .join();
    }

    public JobView view(long job) {
        return now(JobReads.byId(pool, job)).orElseThrow();
    }

    public JobView awaitState(long job, JobState... states) {
        List<JobState> wanted = List.of(states);
        return Awaitility.await("job " + job + " in " + wanted)
                .atMost(BOUND)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> view(job), view -> wanted.contains(view.state()));
    }

    boolean cancel(Engine through, long job) {
        boolean changed = now(CancelJob.on(pool, job, ANNA));
        through.jobWasChanged();
        return changed;
    }

    /// What happened to a job, such as `QUEUED`, `RUNNING`, `step sleep RUNNING`, `log [a, b]`.
    List<String> story(long job) {
        return now(EventReads.ofJobAfter(pool, job, 0, null, 100_000)).stream()
                .map(event -> told(new JsonObject(event.json())))
                .toList();
    }

    private static String told(JsonObject event) {
        return switch (event.getString("type")) {
            case "state" ->
                event.getString("state")
                        + Optional.ofNullable(event.getString("reason"))
                                .map(r -> " " + r)
                                .orElse("");
            case "step" -> "step " + event.getString("name") + " " + event.getString("state");
            case "log" -> "log " + event.getJsonArray("lines").getList();
            default -> event.getString("type") + " " + event.getInteger("percent");
        };
    }

    public List<Row> ask(String sql, Object... values) {
        List<Row> rows = new ArrayList<>();
        now(pool.preparedQuery(sql).execute(Tuple.tuple(List.of(values)))).forEach(rows::add);
        return rows;
    }

    public long count(String sql, Object... values) {
        return ask(sql, values).getFirst().getLong(0);
    }

    public static <T> T now(io.vertx.core.Future<T> future) {
        try {
            return await(future, BOUND);
        } catch (InterruptedException | java.util.concurrent.TimeoutException failed) {
            throw new IllegalStateException(failed);
        }
    }

    @Override
    public void close() throws InterruptedException {
        for (Engine engine : engines) {
            engine.stop();
        }
        pools.forEach(Pool::close);
        pool.close();
        vertx.close();
        if (fresh) {
            TestServers.drop(address);
            TestServers.drop(targetAddress);
        }
    }

    /// Settings that make tests quick.
    record Settings(
            boolean enabled,
            int slots,
            Duration lease,
            Duration grace,
            Map<String, String> labels,
            Duration keepHistory)
            implements WorkerConfig {
        static final Settings QUICK =
                new Settings(true, 8, Duration.ofSeconds(2), Duration.ofSeconds(1), Map.of(), Duration.ofDays(90));

        Settings withSlots(int slots) {
            return new Settings(enabled, slots, lease, grace, labels, keepHistory);
        }

        Settings withoutWorker() {
            return new Settings(false, slots, lease, grace, labels, keepHistory);
        }

        Settings withLease(Duration lease) {
            return new Settings(enabled, slots, lease, grace, labels, keepHistory);
        }

        Settings withGrace(Duration grace) {
            return new Settings(enabled, slots, lease, grace, labels, keepHistory);
        }

        Settings withLabels(Map<String, String> labels) {
            return new Settings(enabled, slots, lease, grace, labels, keepHistory);
        }

        Settings withKeepHistory(Duration keepHistory) {
            return new Settings(enabled, slots, lease, grace, labels, keepHistory);
        }

        @Override
        public Optional<String> name() {
            return Optional.empty();
        }

        @Override
        public Path directory() {
            return Path.of("target", "engine-test", "work");
        }

        @Override
        public Duration renewEvery() {
            return lease.dividedBy(8);
        }

        @Override
        public Duration pollEvery() {
            return Duration.ofMillis(250);
        }
    }

    /// A job in the making.
    static final class NewJobs {
        private final String kind;
        private Long targetId;
        private String key = "";
        private int priority = 5;
        private int attempts = 3;
        private String spec = "{}";
        private String onLost = "restart";
        private boolean reject;
        private int approvals;
        private Instant notBefore;
        private Instant deadline;
        private NewJob.Once once;

        NewJobs(String kind) {
            this.kind = kind;
        }

        NewJobs on(long targetId) {
            this.targetId = targetId;
            return this;
        }

        NewJobs changing(long targetId) {
            this.key = "change";
            return on(targetId);
        }

        NewJobs priority(int priority) {
            this.priority = priority;
            return this;
        }

        NewJobs attempts(int attempts) {
            this.attempts = attempts;
            return this;
        }

        NewJobs spec(String spec) {
            this.spec = spec;
            return this;
        }

        NewJobs onLost(String onLost) {
            this.onLost = onLost;
            return this;
        }

        NewJobs rejecting() {
            this.reject = true;
            return this;
        }

        NewJobs approvals(int approvals) {
            this.approvals = approvals;
            return this;
        }

        NewJobs notBefore(Instant notBefore) {
            this.notBefore = notBefore;
            return this;
        }

        NewJobs deadline(Instant deadline) {
            this.deadline = deadline;
            return this;
        }

        NewJobs once(String key, String body) {
            this.once = new NewJob.Once(key, body.getBytes(java.nio.charset.StandardCharsets.UTF_8));
            return this;
        }

        NewJob build() {
            return new NewJob(
                    kind,
                    targetId == null ? null : "target-" + targetId,
                    targetId,
                    approvals,
                    (short) priority,
                    NewJob.laneOf(targetId, key),
                    !key.isEmpty(),
                    reject,
                    onLost,
                    spec,
                    "{}",
                    attempts,
                    notBefore == null ? null : notBefore.atOffset(java.time.ZoneOffset.UTC),
                    deadline == null ? null : deadline.atOffset(java.time.ZoneOffset.UTC),
                    null,
                    null,
                    ANNA,
                    once);
        }
    }
}
