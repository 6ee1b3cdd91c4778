package io.lockkeeper.target;

import io.lockkeeper.http.IdempotencyKey;
import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.lockkeeper.security.Caller;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.pgclient.PgException;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.hibernate.reactive.mutiny.Mutiny;
import org.jspecify.annotations.Nullable;

/// The rows of targets. Every change writes its audit row in the same transaction, or does not happen.
@Singleton
class TargetStore {
    private static final String AUDIT = """
            INSERT INTO audit (subject, via, request_id, action, target, object, detail)
            VALUES (:subject, :via, :request, :action, :target, :object, cast(:detail AS jsonb))""";
    private static final String REMEMBER_KEY =
            "INSERT INTO idempotency (subject, key, digest, object) VALUES (:subject, :key, decode(:digest, 'hex'), :object)";
    private static final String RECALL_KEY =
            "SELECT encode(digest, 'hex'), object FROM idempotency WHERE subject = :subject AND key = :key";

    private final Mutiny.SessionFactory sessions;

    TargetStore(Mutiny.SessionFactory sessions) {
        this.sessions = sessions;
    }

    /// Who changes something, in which request, and what the audit trail says of it beside the action.
    record Act(Caller caller, @Nullable String requestId, Map<String, Object> detail) {}

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
                    .append("labels @> cast(:label" + i + " AS jsonb)");
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

    Uni<Made> create(Target fresh, Act act, Optional<IdempotencyKey> key) {
        return key.map(once -> recall(act.caller(), once).chain(earlier -> earlier.map(object -> replayed(object))
                        .orElseGet(() -> insert(fresh, act, key))
                        .onFailure(TargetStore::lostTheRaceForTheKey)
                        .recoverWithUni(() -> create(fresh, act, key))))
                .orElseGet(() -> insert(fresh, act, key));
    }

    /// Changes the target as it is in this transaction; whoever was faster makes this fail with 412.
    Uni<Target> change(String name, Act act, UnaryOperator<Target> change) {
        return inTransaction(session -> locked(session, name)
                .map(change)
                .call(session::flush)
                .call(target -> audit(session, act, "target.change", name)));
    }

    Uni<Void> delete(String name, Act act, UnaryOperator<Target> demand) {
        return inTransaction(session -> locked(session, name)
                .map(demand)
                .chain(session::remove)
                .call(session::flush)
                .call(() -> audit(session, act, "target.delete", name)));
    }

    private Uni<Made> insert(Target fresh, Act act, Optional<IdempotencyKey> key) {
        String object = "target/" + fresh.name;
        return inTransaction(session -> key.map(once -> remember(session, act.caller(), once, object))
                .orElseGet(() -> Uni.createFrom().item(0))
                .chain(() -> session.persist(fresh).chain(session::flush))
                .call(() -> audit(session, act, "target.create", fresh.name))
                .replaceWith(new Made(fresh, false)));
    }

    private Uni<Made> replayed(String object) {
        String name = object.substring(object.indexOf('/') + 1);
        return get(name).map(target -> new Made(target, true));
    }

    private Uni<Optional<String>> recall(Caller caller, IdempotencyKey key) {
        return sessions.withSession(session -> session.createNativeQuery(RECALL_KEY, Object[].class)
                .setParameter("subject", caller.subject())
                .setParameter("key", key.value())
                .getSingleResultOrNull()
                .map(row -> Optional.ofNullable(row).map(earlier -> same(earlier, key))));
    }

    private static String same(Object[] earlier, IdempotencyKey key) {
        if (!earlier[0].equals(key.digest())) {
            throw IdempotencyKey.reused();
        }
        return (String) earlier[1];
    }

    private static Uni<Integer> remember(Mutiny.Session session, Caller caller, IdempotencyKey key, String object) {
        return session.createNativeQuery(REMEMBER_KEY)
                .setParameter("subject", caller.subject())
                .setParameter("key", key.value())
                .setParameter("digest", key.digest())
                .setParameter("object", object)
                .executeUpdate();
    }

    private static Uni<Integer> audit(Mutiny.Session session, Act act, String action, String target) {
        return session.createNativeQuery(AUDIT)
                .setParameter("subject", act.caller().subject())
                .setParameter("via", act.caller().via())
                .setParameter("request", act.requestId())
                .setParameter("action", action)
                .setParameter("target", target)
                .setParameter("object", "target/" + target)
                .setParameter("detail", new JsonObject(act.detail()).encode())
                .executeUpdate();
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

    private static boolean lostTheRaceForTheKey(Throwable failure) {
        return constraint(failure).equals("idempotency_pkey");
    }

    private static String constraint(Throwable failure) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause)
                .filter(PgException.class::isInstance)
                .map(cause -> ((PgException) cause).getConstraint())
                .filter(name -> name != null)
                .findFirst()
                .orElse("");
    }

    private static Refused missing(String name) {
        return new Refused(Problem.notFound("target " + name));
    }
}
