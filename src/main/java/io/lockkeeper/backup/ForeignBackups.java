package io.lockkeeper.backup;

import static io.lockkeeper.store.StoreAnswer.await;

import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Lists backups of other tools among ours, for the feature that looks into their repositories. Blocks: for virtual
/// threads.
@Singleton
public class ForeignBackups {
    private static final String FOREIGN_KEY_VIOLATION = "23503";
    private static final Duration BOUND = Duration.ofSeconds(30);

    private static final String KNOWN = "SELECT folder FROM backup WHERE repository_id = $1";

    /// Ids are those of jobs: only a new one takes one.
    private static final String LIST = """
            WITH changed AS (
                UPDATE backup SET bytes = $12::bigint, missing = $14::text
                WHERE repository_id = $1::bigint AND folder = $4::text RETURNING id
            )
            INSERT INTO backup (id, target_id, target, state, method, depot, folder, completed_at, snapshot_at, server_version,
                                tool_version, system_identifier, wal_start, wal_lsn, timeline, bytes, raw_bytes, missing, origin,
                                fingerprint, repository_id)
            SELECT nextval(pg_get_serial_sequence('job', 'id')), r.target_id, $2::text, 'COMPLETE', 'physical', $3::text, $4,
                   $5::timestamptz, $5, $6::text, $7::text, $8::text, $9::text, $10::text, $11::integer, $12, $13::bigint, $14,
                   $15::text::jsonb, '{"level": "none"}'::jsonb, $1
            FROM backup_repository r WHERE r.id = $1 AND NOT EXISTS (SELECT FROM changed)
            ON CONFLICT (repository_id, folder) WHERE repository_id IS NOT NULL DO NOTHING""";

    /// Except what somebody reads at this moment: that goes the next time.
    private static final String GONE = """
            DELETE FROM backup b WHERE repository_id = $1 AND NOT folder = ANY ($2)
              AND NOT EXISTS (SELECT FROM backup_reading r JOIN job j ON j.id = r.job
                              WHERE r.backup = b.id AND j.finished_at IS NULL)""";
    private static final String FORGET_READERS_THAT_ENDED = """
            DELETE FROM backup_reading r USING backup b
            WHERE b.id = r.backup AND b.repository_id = $1 AND NOT b.folder = ANY ($2)
              AND NOT EXISTS (SELECT FROM job j WHERE j.id = r.job AND j.finished_at IS NULL)""";

    private static final String PLACE = """
            SELECT target, origin::text AS origin FROM backup WHERE id = $1 AND repository_id IS NOT NULL""";

    private final Pool store;

    ForeignBackups(Pool store) {
        this.store = store;
    }

    /// Whose backups these are.
    ///
    /// @param id of its row in the store
    public record Repository(long id, String target, String tool, String name) {}

    /// Where a backup lies.
    public record Place(String target, String repository, String label) {}

    /// The labels that are listed already.
    public Set<String> known(long repository) throws InterruptedException {
        Set<String> known = new HashSet<>();
        await(store.preparedQuery(KNOWN).execute(Tuple.of(repository))).forEach(row -> known.add(row.getString(0)));
        return known;
    }

    /// From now on these are listed, and those that are there no longer are not.
    ///
    /// @param found what is new, or was changed
    /// @param labels of all that is there
    /// @return how many have gone
    public int keep(Repository repository, List<ForeignBackup> found, Set<String> labels) throws InterruptedException {
        return await(
                store.withTransaction(transaction -> list(transaction, repository, found)
                        .compose(_ -> forget(transaction, repository.id(), labels))),
                BOUND);
    }

    private static Future<Void> list(SqlConnection transaction, Repository repository, List<ForeignBackup> found) {
        return found.isEmpty()
                ? Future.succeededFuture()
                : transaction
                        .preparedQuery(LIST)
                        .executeBatch(found.stream()
                                .map(each -> row(repository, each))
                                .toList())
                        .mapEmpty();
    }

    /// For the transaction that forgets a repository.
    ///
    /// @return how many have gone
    public static Future<Integer> forget(SqlConnection transaction, long repository, Set<String> except) {
        Tuple which = Tuple.tuple().addLong(repository).addArrayOfString(except.toArray(String[]::new));
        return transaction
                .preparedQuery(FORGET_READERS_THAT_ENDED)
                .execute(which)
                .compose(_ -> transaction.preparedQuery(GONE).execute(which).map(rows -> rows.rowCount()));
    }

    /// Whether a transaction failed because somebody reads one of them.
    public static boolean isBeingRead(Throwable failure) {
        return failure instanceof PgException refused && FOREIGN_KEY_VIOLATION.equals(refused.getSqlState());
    }

    /// @throws Refused if there is no such backup, or it is one of ours
    public Place place(long backup) throws InterruptedException {
        Optional<Row> found = Optional.empty();
        for (Row row : await(store.preparedQuery(PLACE).execute(Tuple.of(backup)))) {
            found = Optional.of(row);
        }
        Row row = found.orElseThrow(
                () -> new Refused(Problem.notFound("backup " + backup + " among those of other tools")));
        JsonObject origin = new JsonObject(row.getString("origin"));
        return new Place(row.getString("target"), origin.getString("repository"), origin.getString("label"));
    }

    private static Tuple row(Repository repository, ForeignBackup backup) {
        JsonObject origin = new JsonObject()
                .put("tool", repository.tool())
                .put("repository", repository.name())
                .put("label", backup.label())
                .put("type", backup.type())
                .put("prior", backup.prior());
        return Tuple.tuple(Arrays.asList(
                repository.id(),
                repository.target(),
                repository.tool() + ":" + repository.name(),
                backup.label(),
                backup.at().atOffset(ZoneOffset.UTC),
                backup.serverVersion(),
                backup.toolVersion(),
                backup.systemIdentifier(),
                backup.walStart(),
                backup.walEnd(),
                backup.timeline(),
                backup.bytes(),
                backup.rawBytes(),
                backup.flaw(),
                origin.encode()));
    }
}
