package io.lockkeeper.restore;

import static io.lockkeeper.store.StoreAnswer.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockkeeper.backup.BackupView;
import io.lockkeeper.backup.Backups;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.vertx.UniHelper;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/// The rows of restore tests. The methods that throw InterruptedException block and are for virtual threads.
@Singleton
class RestoreTestStore {
    private static final Duration BOUND = Duration.ofSeconds(30);

    private static final String READ =
            "SELECT id, target, backup, report, evidence_sha256, kept_until, kept_on FROM restore_test";
    private static final String READ_ONE = READ + " WHERE id = $1";
    private static final String READ_PAGE = READ + """
             WHERE id < $1 AND ($2::text IS NULL OR target = $2) AND ($3::bigint IS NULL OR backup = $3)
               AND ($4::text IS NULL OR verdict = $4)
            ORDER BY id DESC LIMIT $5""";

    /// What an earlier attempt at the same job has found stays: it was found.
    private static final String WRITE = """
            INSERT INTO restore_test (id, target_id, target, backup, backup_sha256, began_at, ended_at, snapshot_at, verdict, reasons,
                notes, checks, phases, restore_ms, restored_bytes, report, evidence_sha256, kept_until, kept_on)
            VALUES ($1, (SELECT id FROM target WHERE name = $2), $2, $3, $4, $5, $6, $7, $8, $9::text::jsonb, $10::text::jsonb,
                $11::text::jsonb, $12::text::jsonb, $13, $14, $15, $16, $17, $18)
            ON CONFLICT (id) DO NOTHING""";

    private static final String KEPT_NO_MORE =
            "UPDATE restore_test SET kept_until = NULL, kept_on = NULL WHERE id = $1 AND kept_on = $2";

    private static final String READ_KEPT =
            "SELECT id, kept_until, kept_on FROM restore_test WHERE starts_with(kept_on, $1)";

    /// What [LastProofs] tells of a target stays, whatever has become of its backup.
    private static final String PRUNE = """
            WITH proof AS (
                SELECT max(t.id) AS id FROM restore_test t
                WHERE t.target_id IS NOT NULL AND t.verdict = 'PROVEN'
                  AND NOT EXISTS (SELECT FROM restore_test newer WHERE newer.backup = t.backup AND newer.id > t.id
                                                                   AND newer.verdict = 'BROKEN')
                GROUP BY t.target_id
            )
            DELETE FROM restore_test
            WHERE backup_gone_at < clock_timestamp() - $1 * interval '1 millisecond' AND id NOT IN (SELECT id FROM proof)""";

    /// Which a store cannot hold.
    private static final Pattern NUL = Pattern.compile("(?<!\\\\)((?:\\\\\\\\)*)\\\\u0000");

    private final Pool store;
    private final Backups backups;
    private final ObjectMapper json;

    RestoreTestStore(Pool store, Backups backups, ObjectMapper json) {
        this.store = store;
        this.backups = backups;
        this.json = json;
    }

    record Filter(
            @Nullable String target,
            @Nullable Long backup,
            @Nullable Verdict verdict) {}

    /// A copy that can still be looked at, and where.
    record Keeping(Instant until, String on) {}

    /// The report as it was written, which is what its digest is of.
    record Evidence(String report, String sha256) {}

    Uni<Optional<RestoreTestView>> lookup(long id) {
        return UniHelper.toUni(
                ask(READ_ONE, Tuple.of(id)).map(rows -> first(rows).map(this::view)));
    }

    Uni<Optional<Evidence>> evidence(long id) {
        return UniHelper.toUni(ask(READ_ONE, Tuple.of(id)).map(rows -> first(rows)
                .map(row -> new Evidence(row.getString("report"), row.getString("evidence_sha256")))));
    }

    /// Newest first, those with an id below `before`.
    Uni<List<RestoreTestView>> page(Filter filter, long before, int limit) {
        String verdict = filter.verdict() == null ? null : filter.verdict().name();
        Tuple where = Tuple.of(before, filter.target(), filter.backup(), verdict, limit);
        return UniHelper.toUni(ask(READ_PAGE, where).map(rows -> StreamSupport.stream(rows.spliterator(), false)
                .map(this::view)
                .toList()));
    }

    Optional<RestoreTestView> find(long id) throws InterruptedException {
        return first(await(ask(READ_ONE, Tuple.of(id)))).map(this::view);
    }

    /// Nothing once its time is over.
    Optional<Keeping> findKeeping(long id) throws InterruptedException {
        return first(await(ask(READ_ONE, Tuple.of(id))))
                .filter(row -> keptUntil(row) != null)
                .map(row -> new Keeping(keptUntil(row), row.getString("kept_on")));
    }

    /// The test, and the verdict on its backup, or neither.
    RestoreTestView write(RestoreReport report, @Nullable Keeping keeping) throws InterruptedException {
        String text = text(report);
        Tuple values = Tuple.tuple(Arrays.asList(
                report.restoreTest(),
                report.tested().target(),
                report.tested().backup(),
                report.tested().sha256(),
                utc(report.beganAt()),
                utc(report.endedAt()),
                utc(report.dataAt()),
                report.verdict().name(),
                text(report.reasons()),
                text(report.notes()),
                text(report.checks()),
                text(report.phases()),
                report.timeToRestoreMs(),
                report.restoredBytes(),
                text,
                Digest.of(text),
                keeping == null ? null : utc(keeping.until()),
                keeping == null ? null : keeping.on()));
        BackupView.Verdict verdict = BackupView.Verdict.valueOf(report.verdict().name());
        await(
                store.withTransaction(transaction -> transaction
                        .preparedQuery(WRITE)
                        .execute(values)
                        .compose(written -> written.rowCount() == 0
                                ? Future.<Void>succeededFuture()
                                : backups.judge(
                                        transaction,
                                        report.tested().backup(),
                                        verdict,
                                        report.restoreTest(),
                                        report.endedAt()))),
                BOUND);
        return find(report.restoreTest()).orElseThrow();
    }

    void keptNoMore(long id, String on) throws InterruptedException {
        await(ask(KEPT_NO_MORE, Tuple.of(id, on)));
    }

    /// The tests whose copies are kept by instances with such names, as their rows say.
    Map<Long, Keeping> kept(String beginning) throws InterruptedException {
        return StreamSupport.stream(await(ask(READ_KEPT, Tuple.of(beginning))).spliterator(), false)
                .collect(Collectors.toMap(
                        row -> row.getLong("id"),
                        row -> new Keeping(row.getOffsetDateTime("kept_until").toInstant(), row.getString("kept_on"))));
    }

    /// Tests whose backups have been gone for longer than this.
    void prune(Duration keep) throws InterruptedException {
        await(ask(PRUNE, Tuple.of(keep.toMillis())));
    }

    private Future<RowSet<Row>> ask(String sql, Tuple values) {
        return store.preparedQuery(sql).execute(values);
    }

    private static Optional<Row> first(RowSet<Row> rows) {
        return StreamSupport.stream(rows.spliterator(), false).findFirst();
    }

    private RestoreTestView view(Row row) {
        long id = row.getLong("id");
        long backup = row.getLong("backup");
        RestoreReport report = report(row.getString("report"));
        Instant keptUntil = keptUntil(row);
        return new RestoreTestView(
                id,
                row.getString("target"),
                backup,
                report.verdict(),
                report,
                row.getString("evidence_sha256"),
                keptUntil,
                RestoreTestView.Links.of(id, backup, keptUntil != null));
    }

    private static @Nullable Instant keptUntil(Row row) {
        OffsetDateTime until = row.getOffsetDateTime("kept_until");
        return until == null || until.toInstant().isBefore(Instant.now()) ? null : until.toInstant();
    }

    private RestoreReport report(String text) {
        try {
            return json.readValue(text, RestoreReport.class);
        } catch (JsonProcessingException broken) {
            throw new IllegalStateException("a restore test holds no report of ours", broken);
        }
    }

    private String text(Object value) {
        try {
            return NUL.matcher(json.writeValueAsString(value)).replaceAll("$1\\\\ufffd");
        } catch (JsonProcessingException broken) {
            throw new IllegalStateException(broken);
        }
    }

    private static OffsetDateTime utc(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }
}
