package io.lockkeeper.backup;

import io.lockkeeper.postgres.Lsn;
import io.lockkeeper.store.StoreAnswer;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;

/// Finds what recovery to a time can begin with, for features that do that. Blocks: for virtual threads.
@Singleton
public class BaseBackups {
    private static final String USABLE = """
            SELECT id, system_identifier, timeline, wal_start, wal_lsn, snapshot_at FROM backup
            WHERE target = $1 AND method = 'physical' AND state = 'COMPLETE' AND missing IS NULL AND verdict <> 'BROKEN'
              AND system_identifier IS NOT NULL
            ORDER BY snapshot_at""";

    private final Pool store;

    BaseBackups(Pool store) {
        this.store = store;
    }

    /// Those that are whole and were not found broken, the oldest first.
    public List<BaseBackup> of(String target) throws InterruptedException {
        List<BaseBackup> usable = new ArrayList<>();
        StoreAnswer.await(store.preparedQuery(USABLE).execute(Tuple.of(target)))
                .forEach(row -> usable.add(new BaseBackup(
                        row.getLong("id"),
                        row.getString("system_identifier"),
                        row.getInteger("timeline"),
                        Lsn.parse(row.getString("wal_start")),
                        Lsn.parse(row.getString("wal_lsn")),
                        row.getOffsetDateTime("snapshot_at").toInstant())));
        return usable;
    }
}
