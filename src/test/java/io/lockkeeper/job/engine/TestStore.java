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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
}
