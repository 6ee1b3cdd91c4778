package io.lockkeeper.target;

import static io.lockkeeper.store.StoreAnswer.await;

import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.lockkeeper.http.Words;
import io.lockkeeper.postgres.PgConnector;
import io.lockkeeper.postgres.PgSession;
import io.lockkeeper.postgres.ServerAddress;
import io.lockkeeper.postgres.Tls;
import io.lockkeeper.postgres.TlsMode;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.vertx.UniHelper;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.StreamSupport;

/// The registered databases, for the engine and the features. The blocking methods are for virtual threads;
/// they use the store's pool, never a Hibernate session.
@Singleton
public class Targets {
    private static final String FACTS =
            "SELECT id, name, labels, approvals, approval_kinds, way_back, rehearsal_within_ms, limit_jobs FROM target";
    private static final String FIND_USERNAME = "SELECT username FROM target WHERE id = $1";
    private static final String FIND_FACTS = FACTS + " WHERE name = $1";
    private static final String FIND_ADDRESS = """
            SELECT name, host, port, database, username, credential_store, credential_key, credential_sealed, tls_mode, tls_ca
            FROM target WHERE id = $1""";
    private static final String FIND_ALL_FACTS = FACTS + " ORDER BY name";
    private static final String FIND_ON_SAME_PORT = """
            SELECT t.id, t.name, t.host, t.port, t.database, t.username
            FROM target t JOIN target mine ON mine.id = $1 AND t.port = mine.port
            ORDER BY t.id <> mine.id, t.name""";
    private final Pool store;
    private final PgConnector connector;
    private final Credentials credentials;
    private final HostRules hosts;

    Targets(Pool store, PgConnector connector, Credentials credentials, HostRules hosts) {
        this.store = store;
        this.connector = connector;
        this.credentials = credentials;
        this.hosts = hosts;
    }

    public Optional<TargetFacts> find(String name) throws InterruptedException {
        return await(askFacts(name));
    }

    /// The same for the event loop.
    public Uni<Optional<TargetFacts>> lookup(String name) {
        return UniHelper.toUni(askFacts(name));
    }

    /// Those whose labels meet all conditions, by name, so many at most. For the event loop.
    public Uni<List<TargetFacts>> matching(List<LabelSelector> conditions, int most) {
        return UniHelper.toUni(store.preparedQuery(FIND_ALL_FACTS).execute())
                .map(rows -> StreamSupport.stream(rows.spliterator(), false)
                        .map(Targets::facts)
                        .filter(target -> conditions.stream().allMatch(one -> one.matches(target.labels())))
                        .limit(most)
                        .toList());
    }

    public PgSession connect(String name, ConnectOptions options) throws InterruptedException {
        TargetFacts target = find(name).orElseThrow(() -> new Refused(Problem.notFound("target " + name)));
        return connect(target.id(), options);
    }

    public PgSession connect(long id, String applicationName) throws InterruptedException {
        return connect(id, ConnectOptions.named(applicationName));
    }

    /// Opens a session with the target as it is registered now; its password is looked up at this moment. Throws
    /// `ConnectFailure` (see `TargetProblems`), or `Refused` when the target or its credential is not there.
    public PgSession connect(long id, ConnectOptions options) throws InterruptedException {
        ServerAddress server = address(id, options.applicationName()).withSettings(options.settings());
        return connector.connect(server, options.bound(), hosts.permits(server.host()));
    }

    /// The same into another database of its server.
    public PgSession connect(long id, String database, ConnectOptions options) throws InterruptedException {
        ServerAddress server =
                address(id, options.applicationName()).withDatabase(database).withSettings(options.settings());
        return connector.connect(server, options.bound(), hosts.permits(server.host()));
    }

    /// This target first, then all others that are registered with the same port.
    List<TargetLogin> onSamePort(long id) throws InterruptedException {
        List<TargetLogin> logins = new ArrayList<>();
        for (Row row : await(store.preparedQuery(FIND_ON_SAME_PORT).execute(Tuple.of(id)))) {
            logins.add(new TargetLogin(
                    row.getLong("id"),
                    row.getString("name"),
                    row.getString("host"),
                    row.getInteger("port"),
                    row.getString("database"),
                    row.getString("username")));
        }
        return logins;
    }

    /// The role that it is registered with.
    public String username(long id) throws InterruptedException {
        return await(store.preparedQuery(FIND_USERNAME).execute(Tuple.of(id)).map(Targets::first))
                .map(row -> row.getString("username"))
                .orElseThrow(() -> new Refused(Problem.notFound("target with the id " + id)));
    }

    /// Where a target is and how to get in, for programs such as `pg_dump`. Holds its password: keep it short.
    public ServerAddress address(long id, String applicationName) throws InterruptedException {
        Row row = await(store.preparedQuery(FIND_ADDRESS).execute(Tuple.of(id)).map(Targets::first))
                .orElseThrow(() -> new Refused(Problem.notFound("target with the id " + id)));
        String name = row.getString("name");
        var kept = new KeptCredential(
                row.getString("credential_store"), row.getString("credential_key"), row.getString("credential_sealed"));
        return new ServerAddress(
                row.getString("host"),
                row.getInteger("port"),
                row.getString("database"),
                row.getString("username"),
                credentials.reveal(name, kept),
                new Tls(Words.in(TlsMode.class).get(row.getString("tls_mode")), row.getString("tls_ca")),
                applicationName);
    }

    private Future<Optional<TargetFacts>> askFacts(String name) {
        return store.preparedQuery(FIND_FACTS).execute(Tuple.of(name)).map(rows -> first(rows)
                .map(Targets::facts));
    }

    private static Optional<Row> first(Iterable<Row> rows) {
        var each = rows.iterator();
        return each.hasNext() ? Optional.of(each.next()) : Optional.empty();
    }

    private static TargetFacts facts(Row row) {
        Map<String, String> labels = new LinkedHashMap<>();
        row.get(JsonObject.class, "labels").forEach(label -> labels.put(label.getKey(), (String) label.getValue()));
        return new TargetFacts(
                row.getLong("id"),
                row.getString("name"),
                labels,
                row.getInteger("approvals"),
                List.of(row.getArrayOfStrings("approval_kinds")),
                row.getBoolean("way_back"),
                Optional.ofNullable(row.getLong("rehearsal_within_ms"))
                        .map(Duration::ofMillis)
                        .orElse(null),
                row.getInteger("limit_jobs"));
    }
}
