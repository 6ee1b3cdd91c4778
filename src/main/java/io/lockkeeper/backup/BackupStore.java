package io.lockkeeper.backup;

import static io.lockkeeper.store.StoreAnswer.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.vertx.UniHelper;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The rows of backups. The methods that throw InterruptedException block and are for virtual threads.
@Singleton
class BackupStore {
    private static final String READ = """
            SELECT id, target, method, format, database, depot, folder, sha256, bytes, raw_bytes, key_id, recipient, server_version,
                   tool_version, system_identifier, snapshot_at, wal_lsn, wal_start, timeline, fingerprint::text AS fingerprint,
                   origin::text AS origin, verdict, judged_at, judged_by, missing, key_lost, checked_at, expires_at, hold, created_at, completed_at,
                   version
            FROM backup
            WHERE state = 'COMPLETE'""";
    private static final String READ_ONE = READ + " AND id = $1";
    private static final String READ_PAGE = READ + """
             AND id < $1 AND ($2::text IS NULL OR target = $2) AND ($3::text IS NULL OR verdict = $3)
             AND ($4::text IS NULL OR method = $4)
            ORDER BY id DESC LIMIT $5""";

    private static final String READ_LATEST = READ + """
             AND target = $1 AND missing IS NULL AND key_lost IS NULL AND verdict <> 'BROKEN'
             AND (NOT $2::boolean OR verdict = 'PROVEN')
            ORDER BY snapshot_at DESC, id DESC LIMIT 1""";

    private static final String READ_NEWEST = READ + " AND target = $1 ORDER BY snapshot_at DESC, id DESC LIMIT 1";

    /// An attempt takes the backup over from an earlier one, whose folder becomes a leftover. Read without
    /// a lock: a statement's parts see the row as it was before; a locked one that another part has changed
    /// they would skip.
    private static final String BEGIN = """
            WITH earlier AS (
                SELECT id, depot, folder FROM backup WHERE id = $1 AND state = 'WRITING'
            ), left_over AS (
                INSERT INTO backup_leftover (depot, folder, backup) SELECT depot, folder, id FROM earlier
            )
            INSERT INTO backup (id, target_id, target, state, method, format, depot, folder, expires_at)
            VALUES ($1, (SELECT id FROM target WHERE name = $2), $2, 'WRITING', $3, $4, $5, $6, $7)
            ON CONFLICT (id) DO UPDATE SET depot = excluded.depot, folder = excluded.folder
            WHERE backup.state = 'WRITING'""";

    /// Only for the folder that counts: whoever lost its lease finds another one here.
    private static final String COMPLETE = """
            UPDATE backup
            SET state = 'COMPLETE', completed_at = clock_timestamp(), sha256 = $3, bytes = $4, raw_bytes = $5, key_id = $6, recipient = $14,
                database = $7, server_version = $8, tool_version = $9, system_identifier = $10, snapshot_at = $11, wal_lsn = $12,
                fingerprint = $13::text::jsonb, wal_start = $15, timeline = $16
            WHERE id = $1 AND folder = $2 AND state = 'WRITING'""";

    private final Pool store;
    private final ObjectMapper json;

    BackupStore(Pool store, ObjectMapper json) {
        this.store = store;
        this.json = json;
    }

    /// What narrows a list.
    record Filter(@Nullable String target, BackupView.@Nullable Verdict proof, BackupSpec.@Nullable Method method) {}

    Uni<Optional<BackupView>> lookup(long id) {
        return UniHelper.toUni(ask(READ_ONE, Tuple.of(id)).map(this::first));
    }

    /// Newest first, those with an id below `before`.
    Uni<List<BackupView>> page(Filter filter, long before, int limit) {
        Tuple where = Tuple.of(before, filter.target(), word(filter.proof()), word(filter.method()), limit);
        return UniHelper.toUni(ask(READ_PAGE, where).map(this::all));
    }

    /// The newest that nothing speaks against, or the newest of these that a restore test has proven.
    Uni<Optional<BackupView>> latest(String target, boolean proven) {
        return UniHelper.toUni(ask(READ_LATEST, Tuple.of(target, proven)).map(this::first));
    }

    Optional<BackupView> findLatest(String target) throws InterruptedException {
        return first(await(ask(READ_LATEST, Tuple.of(target, false))));
    }

    Optional<BackupView> find(long id) throws InterruptedException {
        return first(await(ask(READ_ONE, Tuple.of(id))));
    }

    /// The newest, whatever speaks against it.
    Uni<Optional<BackupView>> newest(String target) {
        return UniHelper.toUni(ask(READ_NEWEST, Tuple.of(target)).map(this::first));
    }

    Optional<BackupView> findNewest(String target) throws InterruptedException {
        return first(await(ask(READ_NEWEST, Tuple.of(target))));
    }

    void begin(long id, String target, BackupSpec spec, String depot, String folder) throws InterruptedException {
        OffsetDateTime expires = spec.keepFor() == null
                ? null
                : OffsetDateTime.now(ZoneOffset.UTC).plus(spec.keepFor());
        await(ask(
                BEGIN,
                Tuple.tuple(java.util.Arrays.asList(
                        id, target, word(spec.method()), word(spec.format()), depot, folder, expires))));
    }

    /// @return false: another attempt at the same backup has taken over, and this one's work is void
    boolean complete(long id, String folder, Sealing sealed, Made made) throws InterruptedException {
        Tuple values = Tuple.tuple(java.util.Arrays.asList(
                id,
                folder,
                sealed.sha256(),
                sealed.bytes(),
                sealed.rawBytes(),
                sealed.key(),
                made.database(),
                made.serverVersion(),
                made.toolVersion(),
                made.systemIdentifier(),
                made.snapshotAt().atOffset(ZoneOffset.UTC),
                made.walLsn(),
                write(made.fingerprint()),
                sealed.recipient(),
                made.log() == null ? null : made.log().start(),
                made.log() == null ? null : made.log().timeline()));
        return await(ask(COMPLETE, values)).rowCount() == 1;
    }

    /// What became of the bytes.
    record Sealing(
            String sha256,
            long bytes,
            long rawBytes,
            @Nullable String key,
            @Nullable String recipient) {}

    private Future<RowSet<Row>> ask(String sql, Tuple values) {
        return store.preparedQuery(sql).execute(values);
    }

    private List<BackupView> all(RowSet<Row> rows) {
        List<BackupView> all = new ArrayList<>();
        rows.forEach(row -> all.add(view(row)));
        return all;
    }

    private Optional<BackupView> first(RowSet<Row> rows) {
        return all(rows).stream().findFirst();
    }

    private BackupView view(Row row) {
        long id = row.getLong("id");
        return new BackupView(
                id,
                row.getString("target"),
                BackupSpec.Method.valueOf(constant(row.getString("method"))),
                format(row.getString("format")),
                row.getString("database"),
                row.getString("depot"),
                row.getString("folder"),
                row.getString("sha256"),
                row.getLong("bytes"),
                row.getLong("raw_bytes"),
                row.getString("key_id"),
                row.getString("recipient"),
                row.getString("server_version"),
                row.getString("tool_version"),
                row.getString("system_identifier"),
                instant(row, "snapshot_at"),
                row.getString("wal_lsn"),
                row.getString("wal_start"),
                row.getInteger("timeline"),
                read(row.getString("fingerprint"), FingerprintSummary.class),
                row.getString("origin") == null ? null : read(row.getString("origin"), BackupOrigin.class),
                new BackupView.Proof(
                        BackupView.Verdict.valueOf(row.getString("verdict")),
                        instant(row, "judged_at"),
                        row.getLong("judged_by")),
                row.getString("missing"),
                row.getString("key_lost"),
                instant(row, "checked_at"),
                instant(row, "expires_at"),
                row.getString("hold"),
                instant(row, "created_at"),
                instant(row, "completed_at"),
                row.getString("origin") == null ? BackupView.Links.of(id) : BackupView.Links.ofAnotherTool(id),
                row.getInteger("version"));
    }

    private static BackupSpec.@Nullable Format format(@Nullable String word) {
        return word == null ? null : BackupSpec.Format.valueOf(constant(word));
    }

    private <T> T read(String text, Class<T> type) {
        try {
            return json.readValue(text, type);
        } catch (JsonProcessingException broken) {
            throw new IllegalStateException("a backup's row holds no JSON of ours", broken);
        }
    }

    private String write(Object value) {
        try {
            return json.writeValueAsString(value);
        } catch (JsonProcessingException broken) {
            throw new IllegalStateException(broken);
        }
    }

    private static @Nullable String word(@Nullable Enum<?> constant) {
        if (constant == null || constant instanceof BackupView.Verdict) {
            return constant == null ? null : constant.name();
        }
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private static String constant(String word) {
        return word.toUpperCase(Locale.ROOT);
    }

    private static @Nullable Instant instant(Row row, String column) {
        OffsetDateTime time = row.getOffsetDateTime(column);
        return time == null ? null : time.toInstant();
    }
}
