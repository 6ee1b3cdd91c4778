package io.lockkeeper.security;

import io.lockkeeper.http.Limit;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.hibernate.reactive.mutiny.Mutiny;

/// The table `token`. Its transactions are short and its rows few; nobody waits here for long.
@Singleton
class TokenStore {
    private static final String TAKE_TURN = "SELECT CAST(pg_advisory_xact_lock(7626733, 2) AS text)";

    private static final String COUNT_LIVING_ADMINS = """
            SELECT count(*)
            FROM token
            WHERE 'admin' = ANY (roles) AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())""";

    private final Mutiny.SessionFactory sessions;

    TokenStore(Mutiny.SessionFactory sessions) {
        this.sessions = sessions;
    }

    <T> Uni<T> inTransaction(Function<Mutiny.Session, Uni<T>> work) {
        return sessions.withTransaction(work);
    }

    Uni<Optional<Token>> find(long id) {
        return sessions.withSession(session -> find(session, id));
    }

    Uni<Optional<Token>> find(Mutiny.Session session, long id) {
        return session.find(Token.class, id).map(Optional::ofNullable);
    }

    /// Those that were not revoked, newest first.
    Uni<List<Token>> page(long before, Limit limit) {
        return sessions.withSession(session -> session.createQuery(
                        "from Token where revokedAt is null and id < :before order by id desc", Token.class)
                .setParameter("before", before)
                .setMaxResults(limit.plusOne())
                .getResultList());
    }

    Uni<Boolean> isNameTaken(Mutiny.Session session, String name) {
        return session.createQuery("select count(*) from Token where name = :name and revokedAt is null", Long.class)
                .setParameter("name", name)
                .getSingleResult()
                .map(count -> count > 0);
    }

    /// Those who add or revoke tokens do so one after the other, to the end of their transaction.
    Uni<Void> takeTurn(Mutiny.Session session) {
        return session.createNativeQuery(TAKE_TURN, String.class)
                .getSingleResult()
                .replaceWithVoid();
    }

    Uni<Long> livingAdmins(Mutiny.Session session) {
        return session.createNativeQuery(COUNT_LIVING_ADMINS, Long.class).getSingleResult();
    }
}
