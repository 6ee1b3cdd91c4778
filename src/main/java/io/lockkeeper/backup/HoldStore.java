package io.lockkeeper.backup;

import io.lockkeeper.http.ETags;
import io.lockkeeper.security.Audit;
import io.lockkeeper.security.AuditStore;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.time.ZoneOffset;
import java.util.List;

/// What people say about how long a backup stays, each time with its audit rows in the same transaction.
@Singleton
class HoldStore {
    private static final String KEEP_BACKUP = """
            UPDATE backup SET hold = $3, expires_at = $4, version = version + 1
            WHERE id = $1 AND version = $2 AND state = 'COMPLETE'""";

    private final Pool store;
    private final AuditStore audits;

    HoldStore(Pool store, AuditStore audits) {
        this.store = store;
        this.audits = audits;
    }

    /// Fails if it was changed, or is gone, since it was read.
    Future<Void> keep(BackupView read, KeepPatch wanted, List<Audit> told) {
        Tuple values = Tuple.of(
                read.id(),
                read.version(),
                wanted.hold(),
                wanted.expiresAt() == null ? null : wanted.expiresAt().atOffset(ZoneOffset.UTC));
        return store.withTransaction(transaction -> transaction
                .preparedQuery(KEEP_BACKUP)
                .execute(values)
                .compose(changed ->
                        changed.rowCount() == 0 ? Future.failedFuture(ETags.stale()) : append(transaction, told)));
    }

    private Future<Void> append(SqlConnection transaction, List<Audit> told) {
        Future<Void> done = Future.succeededFuture();
        for (Audit each : told) {
            done = done.compose(_ -> audits.append(transaction, each));
        }
        return done;
    }
}
