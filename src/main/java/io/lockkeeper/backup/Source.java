package io.lockkeeper.backup;

import io.lockkeeper.http.Problem;
import io.lockkeeper.job.JobContext;
import io.lockkeeper.job.PermanentFailure;
import io.lockkeeper.postgres.ClientLogin;
import io.lockkeeper.postgres.ClientTools;
import io.lockkeeper.postgres.PgSession;
import io.vertx.sqlclient.Row;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The target as a backup sees it: a session that holds one snapshot, which everything else reads, and the
/// programs that fit the server, with their way in.
///
/// @param holder stays in its transaction for as long as somebody may still want the snapshot
/// @param at when the snapshot was taken, by the target's clock
record Source(
        PgSession holder,
        String snapshot,
        Instant at,
        @Nullable String walLsn,
        String database,
        @Nullable String systemIdentifier,
        ClientTools tools,
        Map<String, String> environment) {

    private static final String BEGIN = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

    /// Nothing may end this transaction while it does nothing but hold the snapshot.
    private static final String FOR_AS_LONG_AS_IT_TAKES = """
            SELECT set_config(name, '0', true) FROM pg_settings
            WHERE name IN ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout')""";

    private static final String TAKE = """
            SELECT pg_export_snapshot() AS snapshot, clock_timestamp() AS at, current_database() AS database,
                   (CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END)::text AS lsn,
                   CASE WHEN has_function_privilege('pg_control_system()', 'EXECUTE')
                        THEN (SELECT system_identifier::text FROM pg_control_system()) END AS system_identifier""";

    static Source open(JobContext job, List<String> programs, List<Path> toolDirectories)
            throws InterruptedException, IOException {
        PgSession holder = job.connect();
        ClientTools tools = fitting(holder, programs, toolDirectories);
        holder.script(BEGIN);
        holder.query(FOR_AS_LONG_AS_IT_TAKES);
        Row taken = holder.one(TAKE);
        return new Source(
                holder,
                taken.getString("snapshot"),
                taken.getOffsetDateTime("at").toInstant(),
                taken.getString("lsn"),
                taken.getString("database"),
                taken.getString("system_identifier"),
                tools,
                ClientLogin.environment(holder, job.directory()));
    }

    /// For programs that see to a consistent state themselves: no snapshot is held, so that vacuum is not
    /// held up either.
    static Source resting(JobContext job, List<String> programs, List<Path> toolDirectories)
            throws InterruptedException, IOException {
        PgSession session = job.connect();
        ClientTools tools = fitting(session, programs, toolDirectories);
        return new Source(
                session,
                "",
                Instant.now(),
                null,
                session.server().database(),
                null,
                tools,
                ClientLogin.environment(session, job.directory()));
    }

    private static ClientTools fitting(PgSession session, List<String> programs, List<Path> directories)
            throws InterruptedException {
        try {
            return ClientTools.forServer(session.serverMajor(), programs, directories);
        } catch (ClientTools.Missing missing) {
            throw new PermanentFailure(Problem.unprocessable("client-tools-missing", missing.getMessage()));
        }
    }
}
