package io.lockkeeper.security;

import io.lockkeeper.postgres.Await;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigUtils;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/// Sees to it at start that somebody can come in: the token named `admin` is the one that the operator provides, or
/// in development one of our own making. Another one than before takes its place (that is how it is rotated); one
/// that was revoked stays revoked.
@ApplicationScoped
class AdminToken {
    private static final Logger LOG = Logger.getLogger(AdminToken.class);
    private static final Duration BOUND = Duration.ofSeconds(30);
    private static final String HOW = "set LOCKKEEPER_ADMIN_TOKEN_FILE to the path of a file that holds it, or"
            + " LOCKKEEPER_ADMIN_TOKEN to the token itself (at least 32 characters, for example from: openssl rand -base64 32)";

    private static final String TAKE_TURN = "SELECT pg_advisory_xact_lock(7626733, 2)";
    private static final String FIND_BY_HASH = "SELECT id, revoked_at FROM token WHERE secret_hash = $1";
    private static final String SOMEBODY_IS_ADMIN = """
            SELECT EXISTS (SELECT FROM token
                           WHERE 'admin' = ANY (roles) AND revoked_at IS NULL
                             AND (expires_at IS NULL OR expires_at > now()))""";
    private static final String REVOKE_FORMER =
            "UPDATE token SET revoked_at = now() WHERE name = 'admin' AND revoked_at IS NULL RETURNING id";
    private static final String INSERT_TOKEN =
            "INSERT INTO token (name, secret_hash, roles, created_by) VALUES ('admin', $1, $2, 'lockkeeper') RETURNING id";

    private final Predicate<String> isProfileActive;
    private final Pool pool;
    private final AuditStore audits;
    private final ProvidedToken provided;
    private final DevelopmentToken development;
    private final List<String> roles;

    @Inject
    AdminToken(
            Pool pool,
            AuditStore audits,
            ProvidedToken provided,
            DevelopmentToken development,
            @ConfigProperty(name = "lockkeeper.admin-token-roles", defaultValue = "admin") List<Role> roles) {
        this(ConfigUtils::isProfileActive, pool, audits, provided, development, roles);
    }

    AdminToken(
            Predicate<String> isProfileActive,
            Pool pool,
            AuditStore audits,
            ProvidedToken provided,
            DevelopmentToken development,
            List<Role> roles) {
        this.isProfileActive = isProfileActive;
        this.pool = pool;
        this.audits = audits;
        this.provided = provided;
        this.development = development;
        this.roles = roles.stream().map(Role::word).toList();
    }

    private enum Outcome {
        CREATED,
        KNOWN,
        REVOKED
    }

    void atStart(@Observes StartupEvent started) throws InterruptedException, TimeoutException {
        Optional<String> token = provided.read();
        if (token.isPresent()) {
            if (establish(token.get()) == Outcome.REVOKED) {
                LOG.warn("The admin token that was provided has been revoked and stays so; provide another one: " + HOW
                        + ".");
            }
        } else if (isDevelopment() || isProfileActive.test("test")) {
            establishOurOwn();
        } else if (!somebodyIsAdmin()) {
            LOG.warn("Nobody can manage this service, because there is no admin token: " + HOW + ", and start again.");
        }
    }

    private void establishOurOwn() throws InterruptedException, TimeoutException {
        String token = development.read().orElseGet(development::replace);
        if (establish(token) == Outcome.REVOKED) {
            token = development.replace();
            establish(token);
        }
        if (isDevelopment()) {
            development.show(token);
        }
    }

    /// By profile, for a packaged application may well run as a developer's.
    private boolean isDevelopment() {
        return isProfileActive.test("dev");
    }

    private Outcome establish(String token) throws InterruptedException, TimeoutException {
        byte[] hash = BearerToken.parse(token).orElseThrow().hash();
        return Await.await(pool.withTransaction(connection -> establish(connection, hash)), BOUND);
    }

    private Future<Outcome> establish(SqlConnection connection, byte[] hash) {
        return connection
                .query(TAKE_TURN)
                .execute()
                .compose(turn -> connection.preparedQuery(FIND_BY_HASH).execute(Tuple.of(Buffer.buffer(hash))))
                .compose(found -> {
                    if (found.size() == 0) {
                        return replace(connection, hash).map(Outcome.CREATED);
                    }
                    boolean revoked = found.iterator().next().getValue("revoked_at") != null;
                    return Future.succeededFuture(revoked ? Outcome.REVOKED : Outcome.KNOWN);
                });
    }

    private Future<Void> replace(SqlConnection connection, byte[] hash) {
        Tuple values = Tuple.tuple().addBuffer(Buffer.buffer(hash)).addArrayOfString(roles.toArray(String[]::new));
        return connection
                .query(REVOKE_FORMER)
                .execute()
                .compose(former -> former.size() == 0
                        ? Future.succeededFuture()
                        : audit(connection, "token.revoke", former.iterator().next()))
                .compose(told -> connection.preparedQuery(INSERT_TOKEN).execute(values))
                .compose(made ->
                        audit(connection, "token.create", made.iterator().next()));
    }

    private Future<Void> audit(SqlConnection connection, String action, Row token) {
        return audits.append(
                connection,
                Audit.ofStart(action, "token/" + token.getLong("id")).with("name", "admin"));
    }

    private boolean somebodyIsAdmin() throws InterruptedException, TimeoutException {
        return Await.await(
                pool.query(SOMEBODY_IS_ADMIN)
                        .execute()
                        .map(rows -> rows.iterator().next().getBoolean(0)),
                BOUND);
    }
}
