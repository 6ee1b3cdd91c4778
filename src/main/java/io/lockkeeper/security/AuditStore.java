package io.lockkeeper.security;

import io.lockkeeper.http.Limit;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.stream.StreamSupport;
import org.hibernate.reactive.mutiny.Mutiny;
import org.jspecify.annotations.Nullable;

/// The table `audit`: written in the transaction of whoever changes something, read a page at a time.
@Singleton
public class AuditStore {
    /// For those who write SQL themselves; the parameters are those of [#tuple(Audit)].
    public static final String APPEND_AUDIT = """
            INSERT INTO audit (subject, via, request_id, action, target, object, detail)
            VALUES ($1, $2, $3, $4, $5, $6, $7)""";

    private static final String APPEND_AUDIT_IN_SESSION = """
            INSERT INTO audit (subject, via, request_id, action, target, object, detail)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, CAST(CAST(?7 AS text) AS jsonb))""";

    private static final String READ_AUDIT = """
            SELECT id, at, subject, via, request_id, action, target, object, detail
            FROM audit
            WHERE id < $1
              AND ($2::text IS NULL OR target = $2)
              AND ($3::text IS NULL OR subject = $3)
              AND ($4::text IS NULL OR action = $4)
            ORDER BY id DESC
            LIMIT $5""";

    private final Pool pool;

    AuditStore(Pool pool) {
        this.pool = pool;
    }

    /// Within the caller's transaction.
    public Uni<Void> append(Mutiny.Session session, Audit audit) {
        return session.createNativeQuery(APPEND_AUDIT_IN_SESSION)
                .setParameter(1, audit.subject())
                .setParameter(2, audit.via())
                .setParameter(3, audit.requestId())
                .setParameter(4, audit.action())
                .setParameter(5, audit.target())
                .setParameter(6, audit.object())
                .setParameter(7, new JsonObject(audit.detail()).encode())
                .executeUpdate()
                .replaceWithVoid();
    }

    /// Within the transaction of that connection.
    public Future<Void> append(SqlClient connection, Audit audit) {
        return connection.preparedQuery(APPEND_AUDIT).execute(tuple(audit)).mapEmpty();
    }

    public static Tuple tuple(Audit audit) {
        return Tuple.tuple()
                .addString(audit.subject())
                .addString(audit.via())
                .addString(audit.requestId())
                .addString(audit.action())
                .addString(audit.target())
                .addString(audit.object())
                .addJsonObject(new JsonObject(audit.detail()));
    }

    /// Newest first.
    Uni<List<AuditView>> page(
            long before, Limit limit, @Nullable String target, @Nullable String subject, @Nullable String action) {
        var asked = io.vertx.mutiny.sqlclient.Tuple.tuple()
                .addLong(before)
                .addString(target)
                .addString(subject)
                .addString(action)
                .addInteger(limit.plusOne());
        return pool.preparedQuery(READ_AUDIT).execute(asked).map(rows -> StreamSupport.stream(rows.spliterator(), false)
                .map(AuditView::of)
                .toList());
    }
}
