package io.lockkeeper.security;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/// Who belongs to which token, remembered for a few seconds so that a busy caller does not cost a question to the
/// store with every request. A token that was revoked on another instance is refused here when that time is over, on
/// this instance at once. Only tokens that exist are remembered: made-up ones take no memory.
@ApplicationScoped
class KnownCallers {
    private static final Logger LOG = Logger.getLogger(KnownCallers.class);
    private static final Duration COARSE = Duration.ofMinutes(1);
    private static final int MANY = 10_000;

    private final TokenStore store;
    private final Duration memory;
    private final Clock clock;
    private final Map<String, Known> known = new ConcurrentHashMap<>();

    private record Known(Caller caller, Optional<Instant> expiresAt, Instant readAt) {}

    KnownCallers(
            TokenStore store, @ConfigProperty(name = "lockkeeper.tokens.memory", defaultValue = "3s") Duration memory) {
        this.store = store;
        this.memory = memory;
        this.clock = Clock.systemUTC();
    }

    /// Empty for a token that is unknown, revoked or expired.
    Uni<Optional<Caller>> callerOf(BearerToken token) {
        String key = HexFormat.of().formatHex(token.hash());
        Known remembered = known.get(key);
        Instant now = clock.instant();
        if (remembered != null && remembered.readAt().plus(memory).isAfter(now)) {
            return Uni.createFrom().item(living(remembered, now));
        }
        return store.withHash(token.hash())
                .map(found -> found.filter(row -> token.hasHash(row.secretHash))
                        .filter(row -> row.isAlive(now))
                        .map(row -> remember(key, row, now)))
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

    private static Optional<Caller> living(Known remembered, Instant now) {
        boolean expired =
                remembered.expiresAt().filter(end -> !end.isAfter(now)).isPresent();
        return expired ? Optional.empty() : Optional.of(remembered.caller());
    }

    private Caller remember(String key, Token token, Instant now) {
        if (known.size() > MANY) {
            known.clear();
        }
        Caller caller = token.caller();
        known.put(key, new Known(caller, Optional.ofNullable(token.expiresAt), now));
        if (token.lastUsedAt == null || token.lastUsedAt.plus(COARSE).isBefore(now)) {
            store.noteUse(token.id)
                    .subscribe()
                    .with(noted -> {}, failed -> LOG.debug("The use of a token was not noted", failed));
        }
        return caller;
    }
}
