package io.lockkeeper.backup;

import io.lockkeeper.store.StoreAnswer;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;

/// The rows of folders that are to go. Blocks: for virtual threads.
@Singleton
class LeftoverStore {
    /// A job that is over, or was forgotten, writes no more.
    private static final String GIVE_UP_DEAD_BACKUPS = """
            WITH dead AS (
                DELETE FROM backup b
                WHERE b.state = 'WRITING' AND NOT EXISTS (SELECT FROM job j WHERE j.id = b.id AND j.finished_at IS NULL)
                RETURNING b.depot, b.folder, b.id
            )
            INSERT INTO backup_leftover (depot, folder, backup) SELECT depot, folder, id FROM dead""";

    private static final String OF_BACKUP = "SELECT depot, folder FROM backup_leftover WHERE backup = $1";
    private static final String ALL = "SELECT depot, folder FROM backup_leftover ORDER BY left_at LIMIT 1000";
    private static final String REMOVED = "DELETE FROM backup_leftover WHERE depot = $1 AND folder = $2";

    private final Pool store;

    LeftoverStore(Pool store) {
        this.store = store;
    }

    void giveUpDeadBackups() throws InterruptedException {
        ask(GIVE_UP_DEAD_BACKUPS, Tuple.tuple());
    }

    List<Leftover> ofBackup(long backup) throws InterruptedException {
        return leftovers(ask(OF_BACKUP, Tuple.of(backup)));
    }

    List<Leftover> all() throws InterruptedException {
        return leftovers(ask(ALL, Tuple.tuple()));
    }

    void removed(Leftover leftover) throws InterruptedException {
        ask(REMOVED, Tuple.of(leftover.depot(), leftover.folder()));
    }

    private static List<Leftover> leftovers(RowSet<Row> rows) {
        List<Leftover> leftovers = new ArrayList<>();
        rows.forEach(row -> leftovers.add(new Leftover(row.getString("depot"), row.getString("folder"))));
        return leftovers;
    }

    private RowSet<Row> ask(String sql, Tuple values) throws InterruptedException {
        return StoreAnswer.await(store.preparedQuery(sql).execute(values));
    }
}
