package io.lockkeeper.backup;

import io.lockkeeper.postgres.Lsn;
import io.lockkeeper.store.StoreAnswer;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Finds what recovery to a time can begin with, for features that do that. Blocks: for virtual threads.
@Singleton
public class BaseBackups {
    private static final String USABLE = """
            SELECT id, system_identifier, timeline, wal_start, wal_lsn, snapshot_at FROM backup
            WHERE target = $1 AND method = 'physical' AND state = 'COMPLETE' AND missing IS NULL AND verdict <> 'BROKEN'
              AND system_identifier IS NOT NULL AND repository_id IS NULL
            ORDER BY snapshot_at""";

    private static final String KEPT = """
            SELECT id, coalesce(system_identifier, '') AS system_identifier, timeline, wal_start, wal_lsn, snapshot_at FROM backup
            WHERE target = $1 AND method = 'physical' AND state = 'COMPLETE' AND repository_id IS NULL
            ORDER BY snapshot_at""";

    private static final String UNDERWAY =
            "SELECT id FROM backup WHERE target = $1 AND method = 'physical' AND state = 'WRITING' ORDER BY id LIMIT 1";

    private final Pool store;

    BaseBackups(Pool store) {
        this.store = store;
    }

    /// Those that are whole and were not found broken, the oldest first.
    public List<BaseBackup> of(String target) throws InterruptedException {
        return ask(USABLE, target);
    }

    /// All that are kept, whatever speaks against them now: what is missing may come back. The cluster's identifier is
    /// empty where nobody knows it.
    public List<BaseBackup> kept(String target) throws InterruptedException {
        return ask(KEPT, target);
    }

    /// One that is being made, of which nobody knows yet where its log begins.
    public Optional<Long> underway(String target) throws InterruptedException {
        var rows = StoreAnswer.await(store.preparedQuery(UNDERWAY).execute(Tuple.of(target)));
        return rows.rowCount() == 0
                ? Optional.empty()
                : Optional.of(rows.iterator().next().getLong("id"));
    }

    private List<BaseBackup> ask(String sql, String target) throws InterruptedException {
        List<BaseBackup> found = new ArrayList<>();
        StoreAnswer.await(store.preparedQuery(sql).execute(Tuple.of(target)))
                .forEach(row -> found.add(new BaseBackup(
                        row.getLong("id"),
                        row.getString("system_identifier"),
                        row.getInteger("timeline"),
                        Lsn.parse(row.getString("wal_start")),
                        Lsn.parse(row.getString("wal_lsn")),
                        row.getOffsetDateTime("snapshot_at").toInstant())));
        return found;
    }
}
