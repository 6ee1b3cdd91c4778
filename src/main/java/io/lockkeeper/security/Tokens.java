package io.lockkeeper.security;

import io.lockkeeper.http.CurrentRequest;
import io.lockkeeper.http.IdempotencyKey;
import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.hibernate.reactive.mutiny.Mutiny;

/// Creates and revokes tokens, each with its audit row.
@Singleton
class Tokens {
    private static final Duration USUAL_LIFE = Duration.ofDays(90);
    private static final Duration LONGEST_LIFE = Duration.ofDays(366);

    private final TokenStore store;
    private final AuditStore audits;
    private final IdempotencyStore idempotency;
    private final KnownCallers known;
    private final CurrentRequest request;

    Tokens(
            TokenStore store,
            AuditStore audits,
            IdempotencyStore idempotency,
            KnownCallers known,
            CurrentRequest request) {
        this.store = store;
        this.audits = audits;
        this.idempotency = idempotency;
        this.known = known;
        this.request = request;
    }

    /// A token that was made, or was made before by the same request: then without its secret.
    record Made(TokenView token, boolean replayed) {}

    Uni<Made> create(NewToken wanted, Caller caller) {
        Instant expiresAt = expiry(wanted.expiresAt());
        Optional<IdempotencyKey> key = request.idempotencyKey();
        return store.inTransaction(session -> key.map(given -> idempotency.madeBefore(session, caller, given))
                .orElseGet(() -> Uni.createFrom().item(Optional.empty()))
                .chain(before -> before.isPresent()
                        ? replay(session, before.get())
                        : create(session, wanted, expiresAt, caller, key)));
    }

    Uni<Void> revoke(long id, Caller caller) {
        return store.inTransaction(session -> store.takeTurn(session)
                        .chain(() -> store.find(session, id))
                        .chain(found -> revoke(session, living(found, id), caller)))
                .invoke(known::forget);
    }

    static Token living(Optional<Token> found, long id) {
        return found.filter(token -> token.revokedAt == null)
                .orElseThrow(() -> new Refused(Problem.notFound("token " + id)));
    }

    private Uni<Made> replay(Mutiny.Session session, String object) {
        long id = Long.parseLong(object.substring(object.indexOf('/') + 1));
        return store.find(session, id).map(found -> new Made(TokenView.of(living(found, id)), true));
    }

    private Uni<Made> create(
            Mutiny.Session session, NewToken wanted, Instant expiresAt, Caller caller, Optional<IdempotencyKey> key) {
        String secret = BearerToken.freshSecret();
        Token token = token(wanted, expiresAt, caller, secret);
        return store.takeTurn(session)
                .chain(() -> store.isNameTaken(session, wanted.name()))
                .invoke(taken -> refuseIf(taken, wanted.name()))
                .chain(() -> session.persist(token).chain(session::flush))
                .chain(() -> record(session, token, caller, key))
                .map(recorded -> new Made(TokenView.of(token).withSecret(BearerToken.text(token.id, secret)), false));
    }

    private static Token token(NewToken wanted, Instant expiresAt, Caller caller, String secret) {
        Token token = new Token();
        token.name = wanted.name();
        token.roles(wanted.roles());
        token.expiresAt = expiresAt;
        token.secretHash = BearerToken.ofSecret(secret).hash();
        token.createdBy = caller.subject();
        token.createdAt = Instant.now();
        return token;
    }

    private Uni<Void> record(Mutiny.Session session, Token token, Caller caller, Optional<IdempotencyKey> key) {
        String object = "token/" + token.id;
        Audit entry = Audit.entry(caller, "token.create", object)
                .with("name", token.name)
                .with("roles", java.util.List.of(token.roles))
                .with("expiresAt", token.expiresAt.toString());
        return audits.append(session, entry)
                .chain(() -> key.map(given -> idempotency.remember(session, caller, given, object))
                        .orElseGet(() -> Uni.createFrom().voidItem()));
    }

    private Uni<Void> revoke(Mutiny.Session session, Token token, Caller caller) {
        boolean holdsTheKeys = token.roles().contains(Role.ADMIN) && token.isAlive(Instant.now());
        return store.livingAdmins(session)
                .invoke(admins -> refuseToLockOut(holdsTheKeys && admins <= 1))
                .invoke(() -> token.revokedAt = Instant.now())
                .chain(() -> audits.append(
                        session,
                        Audit.entry(caller, "token.revoke", "token/" + token.id).with("name", token.name)));
    }

    private static Instant expiry(Instant asked) {
        Instant now = Instant.now();
        if (asked == null) {
            return now.plus(USUAL_LIFE);
        }
        if (!asked.isAfter(now) || asked.isAfter(now.plus(LONGEST_LIFE))) {
            throw new Refused(Problem.invalid("/expiresAt", "must lie in the future, at most 366 days from now"));
        }
        return asked;
    }

    private static void refuseIf(boolean taken, String name) {
        if (taken) {
            throw new Refused(Problem.conflict(
                    "token-name-taken",
                    "A living token is called " + name + " already; revoke it or take another name."));
        }
    }

    private static void refuseToLockOut(boolean last) {
        if (last) {
            throw new Refused(Problem.conflict(
                    "last-admin",
                    "This is the last token with the role admin; create another one before you revoke it."));
        }
    }
}
