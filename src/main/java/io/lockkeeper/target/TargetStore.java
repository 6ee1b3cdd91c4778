package io.lockkeeper.target;

import io.lockkeeper.http.IdempotencyKey;
import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.lockkeeper.security.Audit;
import io.lockkeeper.security.AuditStore;
import io.lockkeeper.security.Caller;
import io.lockkeeper.security.IdempotencyStore;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.hibernate.exception.ConstraintViolationException;
import org.hibernate.reactive.mutiny.Mutiny;

/// The rows of targets. Every change writes its audit row in the same transaction, or does not happen.
@Singleton
class TargetStore {
    private final Mutiny.SessionFactory sessions;
    private final AuditStore audits;
    private final IdempotencyStore keys;

    TargetStore(Mutiny.SessionFactory sessions, AuditStore audits, IdempotencyStore keys) {
        this.sessions = sessions;
        this.audits = audits;
        this.keys = keys;
    }

    /// A target, and whether an earlier call with the same key had made it.
    record Made(Target target, boolean replayed) {}

    Uni<Optional<Target>> find(String name) {
        return sessions.withSession(session -> find(session, name));
    }

    Uni<Target> get(String name) {
        return find(name).map(found -> found.orElseThrow(() -> missing(name)));
    }

    Uni<List<Target>> list(String after, int limit, List<LabelSelector> selectors) {
        StringBuilder sql = new StringBuilder("SELECT * FROM target WHERE name > :after");
        for (int i = 0; i < selectors.size(); i++) {
            sql.append(selectors.get(i).equal() ? " AND " : " AND NOT ")
                    .append("labels @> cast(cast(:label" + i + " AS text) AS jsonb)");
        }
        sql.append(" ORDER BY name LIMIT :limit");
        return sessions.withSession(session -> {
            var query = session.createNativeQuery(sql.toString(), Target.class)
                    .setParameter("after", after)
                    .setParameter("limit", limit);
            for (int i = 0; i < selectors.size(); i++) {
                LabelSelector selector = selectors.get(i);
                query.setParameter(
                        "label" + i,
                        JsonObject.of(selector.key(), selector.value()).encode());
            }
            return query.getResultList();
        });
    }

    Uni<Made> create(Target fresh, Caller caller, Audit audit, Optional<IdempotencyKey> key) {
        return inTransaction(session -> key.map(once -> keys.madeBefore(session, caller, once))
                .orElseGet(() -> Uni.createFrom().item(Optional.empty()))
                .chain(earlier -> earlier.map(object -> replayed(session, object))
                        .orElseGet(() -> insert(session, fresh, caller, audit, key))));
    }

    /// Changes the target as it is in this transaction; whoever reads an older one before fails in `change`.
    Uni<Target> change(String name, Audit audit, UnaryOperator<Target> change) {
        return inTransaction(session ->
                locked(session, name).map(change).call(session::flush).call(() -> audits.append(session, audit)));
    }

    Uni<Void> delete(String name, Audit audit, UnaryOperator<Target> demand) {
        return inTransaction(session -> locked(session, name)
                .map(demand)
                .chain(session::remove)
                .call(session::flush)
                .call(() -> audits.append(session, audit)));
    }

    private Uni<Made> insert(
            Mutiny.Session session, Target fresh, Caller caller, Audit audit, Optional<IdempotencyKey> key) {
        return session.persist(fresh)
                .call(session::flush)
                .call(() -> audits.append(session, audit))
                .call(() -> key.map(once -> keys.remember(session, caller, once, audit.object()))
                        .orElseGet(() -> Uni.createFrom().voidItem()))
                .replaceWith(() -> new Made(fresh, false));
    }

    private static Uni<Made> replayed(Mutiny.Session session, String object) {
        String name = object.substring(object.indexOf('/') + 1);
        return find(session, name).map(found -> new Made(found.orElseThrow(() -> missing(name)), true));
    }

    private static Uni<Target> locked(Mutiny.Session session, String name) {
        return session.createQuery("FROM Target WHERE name = :name", Target.class)
                .setParameter("name", name)
                .setLockMode(jakarta.persistence.LockModeType.PESSIMISTIC_WRITE)
                .getSingleResultOrNull()
                .onItem()
                .ifNull()
                .failWith(() -> missing(name));
    }

    private static Uni<Optional<Target>> find(Mutiny.Session session, String name) {
        return session.createQuery("FROM Target WHERE name = :name", Target.class)
                .setParameter("name", name)
                .getSingleResultOrNull()
                .map(Optional::ofNullable);
    }

    private <T> Uni<T> inTransaction(Function<Mutiny.Session, Uni<T>> work) {
        return sessions.withTransaction(work).onFailure().transform(TargetStore::told);
    }

    /// The schema answers for what must hold; here it gets words.
    private static Throwable told(Throwable failure) {
        return switch (constraint(failure)) {
            case "target_name_key" ->
                new Refused(Problem.conflict("target-exists", "There is a target of this name already."));
            case "unfinished_job_keeps_its_target" ->
                new Refused(Problem.conflict(
                        "target-in-use",
                        "The target has unfinished jobs; cancel them, or wait until they have ended."));
            default -> failure;
        };
    }

    private static String constraint(Throwable failure) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause)
                .filter(ConstraintViolationException.class::isInstance)
                .map(cause -> ((ConstraintViolationException) cause).getConstraintName())
                .filter(name -> name != null)
                .findFirst()
                .orElse("");
    }

    private static Refused missing(String name) {
        return new Refused(Problem.notFound("target " + name));
    }
}
