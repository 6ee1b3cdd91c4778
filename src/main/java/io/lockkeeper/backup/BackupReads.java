package io.lockkeeper.backup;

import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.lockkeeper.store.StoreAnswer;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Singleton;

/// Which jobs read which backups. As long as a job has not ended that has said so, nothing deletes the backup under it.
/// Blocks: for virtual threads.
@Singleton
class BackupReads {
    private static final String FOREIGN_KEY_VIOLATION = "23503";

    private static final String BEGIN_READING =
            "INSERT INTO backup_reading (backup, job) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    private static final String END_READING = "DELETE FROM backup_reading WHERE backup = $1 AND job = $2";

    private final Pool store;

    BackupReads(Pool store) {
        this.store = store;
    }

    /// @throws Refused if there is no such backup any more
    void begin(long backup, long job) throws InterruptedException {
        try {
            tell(BEGIN_READING, backup, job);
        } catch (PgException refused) {
            if (FOREIGN_KEY_VIOLATION.equals(refused.getSqlState())) {
                throw new Refused(Problem.notFound("backup " + backup));
            }
            throw refused;
        }
    }

    /// Not needed at the end of a job.
    void end(long backup, long job) throws InterruptedException {
        tell(END_READING, backup, job);
    }

    private void tell(String sql, long backup, long job) throws InterruptedException {
        StoreAnswer.await(store.preparedQuery(sql).execute(Tuple.of(backup, job)));
    }
}
