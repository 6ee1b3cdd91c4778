package io.lockkeeper.security;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/// Who belongs to which token, remembered for a few seconds so that a busy caller does not cost a question to the store
/// with every request. A token that was revoked on another instance is refused here when that time is over, on this
/// instance at once. Only tokens that exist are remembered: made-up ones take no memory.
///
/// Plain SQL and not an entity: every request comes by here, on whatever thread.
@ApplicationScoped
class KnownCallers {
    private static final Logger LOG = Logger.getLogger(KnownCallers.class);
    private static final Duration COARSE = Duration.ofMinutes(1);
    private static final int MANY = 10_000;

    private static final String FIND_LIVING_TOKEN = """
            SELECT id, name, secret_hash, roles, expires_at, last_used_at
            FROM token
            WHERE secret_hash = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())""";

    private static final String NOTE_USE = """
            UPDATE token SET last_used_at = now()
            WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')""";

    private final Pool pool;
    private final Duration memory;
    private final Map<String, Known> known = new ConcurrentHashMap<>();

    private record Known(Caller caller, Optional<Instant> expiresAt, Instant readAt) {
        boolean isFresh(Instant now, Duration memory) {
            return readAt.plus(memory).isAfter(now);
        }

        boolean isAlive(Instant now) {
            return expiresAt.filter(end -> !end.isAfter(now)).isEmpty();
        }
    }

    KnownCallers(Pool pool, @ConfigProperty(name = "lockkeeper.tokens.memory", defaultValue = "3s") Duration memory) {
        this.pool = pool;
        this.memory = memory;
    }

    /// Empty for a token that is unknown, revoked or expired.
    Uni<Optional<Caller>> callerOf(BearerToken token) {
        String key = HexFormat.of().formatHex(token.hash());
        Known remembered = known.get(key);
        Instant now = Instant.now();
        if (remembered != null && remembered.isFresh(now, memory)) {
            return Uni.createFrom()
                    .item(Optional.of(remembered)
                            .filter(one -> one.isAlive(now))
                            .map(Known::caller));
        }
        return pool.preparedQuery(FIND_LIVING_TOKEN)
                .execute(Tuple.of(io.vertx.core.buffer.Buffer.buffer(token.hash())))
                .map(rows -> found(token, rows).map(row -> remember(key, row, now)))
                .invoke(caller -> {
                    if (caller.isEmpty()) {
                        known.remove(key);
                    }
                });
    }

    /// After a change of tokens.
    void forget() {
        known.clear();
    }

    private static Optional<Row> found(BearerToken token, RowSet<Row> rows) {
        return rows.size() == 0
                ? Optional.empty()
                : Optional.of(rows.iterator().next())
                        .filter(row ->
                                token.hasHash(row.getBuffer("secret_hash").getBytes()));
    }

    private Caller remember(String key, Row row, Instant now) {
        if (known.size() > MANY) {
            known.clear();
        }
        Caller caller = new Caller(
                row.getString("name"),
                "token/" + row.getLong("id"),
                Arrays.stream(row.getArrayOfStrings("roles")).map(Role::ofWord).collect(Collectors.toSet()));
        known.put(key, new Known(caller, instant(row, "expires_at"), now));
        if (instant(row, "last_used_at")
                .filter(used -> used.plus(COARSE).isAfter(now))
                .isEmpty()) {
            noteUse(row.getLong("id"));
        }
        return caller;
    }

    /// Beside the request, which does not wait for it.
    private void noteUse(long id) {
        pool.preparedQuery(NOTE_USE)
                .execute(Tuple.of(id))
                .subscribe()
                .with(noted -> {}, failed -> LOG.debug("The use of a token was not noted", failed));
    }

    private static Optional<Instant> instant(Row row, String column) {
        return Optional.ofNullable(row.getOffsetDateTime(column)).map(OffsetDateTime::toInstant);
    }
}
