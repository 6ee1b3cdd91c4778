package io.lockkeeper.wal;

import io.lockkeeper.postgres.PgSession;
import io.lockkeeper.target.Ability;
import io.lockkeeper.target.RoleFacts;
import io.vertx.sqlclient.Row;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;

/// A slot, and a stream of the log. What `pg_hba.conf` says of replication shows only when somebody comes.
@Singleton
class WalArchiveAbility implements Ability {
    private static final String LOOK = """
            SELECT current_setting('wal_level') <> 'minimal' AND current_setting('max_wal_senders') <> '0'
                       AND current_setting('max_replication_slots') <> '0' AS replicates,
                   has_function_privilege('pg_control_system()', 'EXECUTE')
                       AND has_function_privilege('pg_control_checkpoint()', 'EXECUTE') AS knows_cluster""";

    @Override
    public String kind() {
        return WalArchiveJob.NAME;
    }

    @Override
    public List<String> lacks(RoleFacts role, PgSession session) throws InterruptedException {
        Row found = session.one(LOOK);
        List<String> lacks = new ArrayList<>();
        if (!role.superuser() && !role.replication()) {
            lacks.add("cannot stream the log without REPLICATION");
        }
        if (!found.getBoolean("replicates")) {
            lacks.add("the server lets nobody stream its log (wal_level, max_wal_senders, max_replication_slots)");
        }
        if (!found.getBoolean("knows_cluster")) {
            lacks.add("cannot execute pg_control_system() and pg_control_checkpoint()");
        }
        return lacks;
    }
}
