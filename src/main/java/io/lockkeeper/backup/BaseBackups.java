package io.lockkeeper.backup;

import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.lockkeeper.postgres.Await;
import io.lockkeeper.postgres.Lsn;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;

/// Finds what recovery to a time can begin with, for features that do that. Blocks: for virtual threads.
@Singleton
public class BaseBackups {
    private static final Duration BOUND = Duration.ofSeconds(10);
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
        try {
            Await.await(store.preparedQuery(USABLE).execute(Tuple.of(target)), BOUND)
                    .forEach(row -> usable.add(new BaseBackup(
                            row.getLong("id"),
                            row.getString("system_identifier"),
                            row.getInteger("timeline"),
                            Lsn.parse(row.getString("wal_start")),
                            Lsn.parse(row.getString("wal_lsn")),
                            row.getOffsetDateTime("snapshot_at").toInstant())));
        } catch (TimeoutException late) {
            throw new Refused(Problem.unavailable("The store does not answer.", 1));
        }
        return usable;
    }
}
