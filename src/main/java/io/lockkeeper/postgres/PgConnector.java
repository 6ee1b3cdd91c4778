package io.lockkeeper.postgres;

import static io.lockkeeper.postgres.ConnectFailure.Reason.*;

import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.impl.VertxInternal;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.net.TrustOptions;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import io.vertx.pgclient.SslMode;
import io.vertx.pgclient.impl.PgConnectionFactory;
import io.vertx.sqlclient.SqlConnection;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/// Opens sessions, and says exactly why one could not be opened. Blocks: for virtual threads, never for an event loop.
@Singleton
public class PgConnector {
    public static final int OLDEST_MAJOR = 14;

    /// The bound of a session's calls, until `PgSession.within` says otherwise.
    private static final Duration CALL_BOUND = Duration.ofSeconds(30);

    private final Vertx vertx;

    public PgConnector(Vertx vertx) {
        this.vertx = vertx;
    }

    public PgSession connect(ServerAddress server, Duration bound) throws InterruptedException {
        return connect(server, bound, anywhere -> true);
    }

    /// Tries the host's addresses in turn, as libpq does, but only those that are permitted: the very
    /// addresses that were checked are the ones that are used, so that a name cannot change its mind in
    /// between.
    public PgSession connect(ServerAddress server, Duration bound, Predicate<InetAddress> permitted)
            throws InterruptedException {
        long deadline = System.nanoTime() + bound.toNanos();
        List<InetAddress> addresses =
                resolve(server.host(), bound).stream().filter(permitted).toList();
        if (addresses.isEmpty()) {
            throw new ConnectFailure(
                    FORBIDDEN_ADDRESS,
                    "The operator of Lockkeeper does not permit the address of " + server.host() + ".");
        }
        ConnectFailure last = null;
        for (int i = 0; i < addresses.size(); i++) {
            Duration share = Duration.ofNanos((deadline - System.nanoTime()) / (addresses.size() - i));
            try {
                return connect(new Route(server, addresses.get(i), ServerTrust.of(server.tls())), share);
            } catch (ConnectFailure failure) {
                if (failure.reason() != UNREACHABLE) {
                    throw failure;
                }
                last = failure;
            }
        }
        throw last;
    }

    public static List<InetAddress> resolve(String host, Duration bound) throws InterruptedException {
        var answer = new CompletableFuture<List<InetAddress>>();
        Thread.ofVirtual().name("resolve").start(() -> {
            try {
                answer.complete(List.of(InetAddress.getAllByName(host)));
            } catch (UnknownHostException | RuntimeException e) {
                answer.completeExceptionally(e);
            }
        });
        try {
            return answer.get(bound.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException unknown) {
            throw new ConnectFailure(UNREACHABLE, "The host name " + host + " cannot be resolved.", unknown.getCause());
        } catch (TimeoutException late) {
            throw new ConnectFailure(UNREACHABLE, "The host name " + host + " was not resolved in time.", late);
        }
    }

    private PgSession connect(Route route, Duration bound) throws InterruptedException {
        var internal = (VertxInternal) vertx;
        PgConnectOptions options = options(route, bound);
        var factory = new PgConnectionFactory(
                internal, () -> internal.getOrCreateContext().succeededFuture(options));
        boolean opened = false;
        try {
            Context context = internal.createEventLoopContext();
            SqlConnection connection = Await.await(factory.connect(context, options), bound);
            PgSession session =
                    new PgSession(new SessionLine(route, factory, PgConnection.cast(connection)), CALL_BOUND);
            refuseTooOld(connection);
            opened = true;
            return session;
        } catch (TimeoutException | RuntimeException failure) {
            throw ConnectDiagnosis.of(route, bound, failure);
        } finally {
            if (!opened) {
                factory.close(Promise.promise()); // also ends an attempt that still hangs
            }
        }
    }

    private static void refuseTooOld(SqlConnection connection) {
        var version = connection.databaseMetadata();
        if (version == null) {
            throw new ConnectFailure(NOT_POSTGRES, "The server does not say which version of PostgreSQL it is.");
        }
        if (version.majorVersion() < OLDEST_MAJOR) {
            throw new ConnectFailure(
                    TOO_OLD,
                    "The server is PostgreSQL " + version.fullVersion() + "; Lockkeeper needs " + OLDEST_MAJOR
                            + " or later.");
        }
    }

    private static PgConnectOptions options(Route route, Duration bound) {
        ServerAddress server = route.server();
        PgConnectOptions options = new PinnedOptions(route);
        options.setDatabase(server.database())
                .setUser(server.username())
                .setPassword(server.password().reveal())
                .setSslMode(SslMode.valueOf(server.tls().mode().name()))
                .setTrustOptions(TrustOptions.wrap(route.trust()))
                .setHostnameVerificationAlgorithm(server.tls().verifiesHost() ? "HTTPS" : "")
                .setConnectTimeout((int) Math.max(1, bound.toMillis()))
                .setSslHandshakeTimeout(Math.max(1, bound.toMillis()))
                .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS)
                .setTcpKeepAlive(true)
                .setReconnectAttempts(0)
                .addProperty("application_name", server.applicationName());
        for (Map.Entry<String, String> setting : server.settings().entrySet()) {
            options.addProperty(setting.getKey(), setting.getValue());
        }
        return options;
    }

    /// Goes to the address that was checked, under the name that the certificate has to carry.
    private static final class PinnedOptions extends PgConnectOptions {
        private final transient Route route;

        PinnedOptions(Route route) {
            this.route = route;
            setHost(route.server().host());
            setPort(route.server().port());
        }

        @Override
        public SocketAddress getSocketAddress() {
            try {
                InetAddress named = InetAddress.getByAddress(
                        route.server().host(), route.address().getAddress());
                return SocketAddress.inetSocketAddress(
                        new InetSocketAddress(named, route.server().port()));
            } catch (UnknownHostException impossible) {
                throw new IllegalStateException(impossible);
            }
        }
    }
}
