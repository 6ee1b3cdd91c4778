package io.lockkeeper.security;

import io.lockkeeper.http.IdempotencyKey;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.hibernate.reactive.mutiny.Mutiny;

/// What was made under which idempotency key, for those who create things that are no jobs. In the transaction that
/// creates: first [#madeBefore], and if that is empty, create and [#remember]. Requests with the same key take turns in
/// between.
@Singleton
public class IdempotencyStore {
    private static final String TAKE_TURN = "SELECT CAST(pg_advisory_xact_lock(hashtextextended(?1, 0)) AS text)";

    private static final String FIND_MADE_BEFORE = """
            SELECT digest, object
            FROM idempotency
            WHERE subject = ?1 AND key = ?2 AND created_at > now() - interval '24 hours'""";

    private static final String REMEMBER_MADE = """
            INSERT INTO idempotency (subject, key, digest, object)
            VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT (subject, key)
            DO UPDATE SET digest = excluded.digest, object = excluded.object, created_at = excluded.created_at""";

    /// The object that the first call made (`token/3`). Refuses a key that was used for another request.
    public Uni<Optional<String>> madeBefore(Mutiny.Session session, Caller caller, IdempotencyKey key) {
        return session.createNativeQuery(TAKE_TURN, String.class)
                .setParameter(1, caller.subject() + " " + key.value())
                .getSingleResult()
                .chain(() -> session.createNativeQuery(FIND_MADE_BEFORE, Object[].class)
                        .setParameter(1, caller.subject())
                        .setParameter(2, key.value())
                        .getSingleResultOrNull())
                .map(row -> Optional.ofNullable(row).map(found -> sameRequest(found, key)));
    }

    public Uni<Void> remember(Mutiny.Session session, Caller caller, IdempotencyKey key, String object) {
        return session.createNativeQuery(REMEMBER_MADE)
                .setParameter(1, caller.subject())
                .setParameter(2, key.value())
                .setParameter(3, key.digestBytes())
                .setParameter(4, object)
                .executeUpdate()
                .replaceWithVoid();
    }

    /// The same for those who create by SQL, within the transaction of that connection.
    public Future<Optional<String>> madeBefore(SqlClient connection, Caller caller, IdempotencyKey key) {
        return connection
                .preparedQuery(numbered(TAKE_TURN))
                .execute(Tuple.of(caller.subject() + " " + key.value()))
                .compose(_ -> connection
                        .preparedQuery(numbered(FIND_MADE_BEFORE))
                        .execute(Tuple.of(caller.subject(), key.value())))
                .map(rows -> StreamSupport.stream(rows.spliterator(), false)
                        .findFirst()
                        .map(row -> sameRequest(
                                new Object[] {row.getBuffer("digest").getBytes(), row.getString("object")}, key)));
    }

    public Future<Void> remember(SqlClient connection, Caller caller, IdempotencyKey key, String object) {
        return connection
                .preparedQuery(numbered(REMEMBER_MADE))
                .execute(Tuple.of(caller.subject(), key.value(), Buffer.buffer(key.digestBytes()), object))
                .mapEmpty();
    }

    private static String numbered(String sql) {
        return sql.replace('?', '$');
    }

    private static String sameRequest(Object[] found, IdempotencyKey key) {
        if (!MessageDigest.isEqual((byte[]) found[0], key.digestBytes())) {
            throw IdempotencyKey.reused();
        }
        return (String) found[1];
    }
}
