package io.lockkeeper.wal;

import io.lockkeeper.store.StoreAnswer;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The rows of archived segments. Blocks: for virtual threads.
@Singleton
class WalSegmentStore {
    private static final String COLUMNS = """
            SELECT target, system_identifier, name, timeline, number, segment_bytes, depot, folder, sha256, content_sha256,
                   bytes, key_id, covers_until
            FROM wal_segment WHERE target = $1 AND system_identifier = $2""" + " ";
    private static final String FIND = COLUMNS + "AND name = $3";
    private static final String LAST = COLUMNS + "AND number IS NOT NULL ORDER BY number DESC, timeline DESC LIMIT 1";
    private static final String BETWEEN =
            COLUMNS + "AND (number IS NULL OR number BETWEEN $3 AND $4) ORDER BY number, name";

    private static final String ADD = """
            INSERT INTO wal_segment (target, system_identifier, name, timeline, number, segment_bytes, depot, folder, sha256,
                                     content_sha256, bytes, key_id, covers_until)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
            ON CONFLICT DO NOTHING""";

    /// Stretches without a hole; a segment that was written on two timelines has one place.
    private static final String RUNS = """
            WITH place AS (
                SELECT number, max(covers_until) AS covers_until, max(archived_at) AS archived_at,
                       max(segment_bytes) AS segment_bytes
                FROM wal_segment WHERE target = $1 AND system_identifier = $2 AND number IS NOT NULL
                GROUP BY number
            ), numbered AS (
                SELECT *, number - row_number() OVER (ORDER BY number) AS run FROM place
            )
            SELECT min(number) AS first, max(number) AS last, max(covers_until) AS covers_until,
                   max(archived_at) AS archived_at, max(segment_bytes) AS segment_bytes
            FROM numbered GROUP BY run ORDER BY first""";

    /// Where a time is first covered, from a segment on.
    private static final String FIRST_COVERING = """
            SELECT min(number) AS number FROM wal_segment
            WHERE target = $1 AND system_identifier = $2 AND number BETWEEN $3 AND $4 AND covers_until >= $5""";

    private final Pool store;

    WalSegmentStore(Pool store) {
        this.store = store;
    }

    /// Segments that follow each other, by their places in the log, both ends included.
    record Run(long first, long last, @Nullable Instant coversUntil, Instant archivedAt, long segmentBytes) {
        boolean holds(long number) {
            return first <= number && number <= last;
        }
    }

    Optional<StoredSegment> find(String target, String cluster, String name) throws InterruptedException {
        return segments(ask(FIND, Tuple.of(target, cluster, name))).stream().findFirst();
    }

    /// The one that is furthest in the log.
    Optional<StoredSegment> last(String target, String cluster) throws InterruptedException {
        return segments(ask(LAST, Tuple.of(target, cluster))).stream().findFirst();
    }

    /// In their order, and before them all histories of timelines.
    List<StoredSegment> between(String target, String cluster, long first, long last) throws InterruptedException {
        return segments(ask(BETWEEN, Tuple.of(target, cluster, first, last)));
    }

    /// @return false: it is there already
    boolean add(StoredSegment segment) throws InterruptedException {
        Tuple values = Tuple.tuple(Arrays.asList(
                segment.target(),
                segment.systemIdentifier(),
                segment.name(),
                segment.timeline(),
                segment.number(),
                segment.segmentBytes(),
                segment.depot(),
                segment.folder(),
                segment.sha256(),
                segment.contentSha256(),
                segment.bytes(),
                segment.key(),
                utc(segment.coversUntil())));
        return ask(ADD, values).rowCount() == 1;
    }

    List<Run> runs(String target, String cluster) throws InterruptedException {
        List<Run> runs = new ArrayList<>();
        ask(RUNS, Tuple.of(target, cluster))
                .forEach(row -> runs.add(new Run(
                        row.getLong("first"),
                        row.getLong("last"),
                        instant(row, "covers_until"),
                        instant(row, "archived_at"),
                        row.getLong("segment_bytes"))));
        return runs;
    }

    Optional<Long> firstCovering(String target, String cluster, long first, long last, Instant time)
            throws InterruptedException {
        Tuple where = Tuple.of(target, cluster, first, last, utc(time));
        return Optional.ofNullable(ask(FIRST_COVERING, where).iterator().next().getLong("number"));
    }

    private static List<StoredSegment> segments(RowSet<Row> rows) {
        List<StoredSegment> segments = new ArrayList<>();
        rows.forEach(row -> segments.add(new StoredSegment(
                row.getString("target"),
                row.getString("system_identifier"),
                row.getString("name"),
                row.getInteger("timeline"),
                row.getLong("number"),
                row.getLong("segment_bytes"),
                row.getString("depot"),
                row.getString("folder"),
                row.getString("sha256"),
                row.getString("content_sha256"),
                row.getLong("bytes"),
                row.getString("key_id"),
                instant(row, "covers_until"))));
        return segments;
    }

    private RowSet<Row> ask(String sql, Tuple values) throws InterruptedException {
        return StoreAnswer.await(store.preparedQuery(sql).execute(values));
    }

    private static @Nullable OffsetDateTime utc(@Nullable Instant time) {
        return time == null ? null : time.atOffset(ZoneOffset.UTC);
    }

    private static @Nullable Instant instant(Row row, String column) {
        OffsetDateTime time = row.getOffsetDateTime(column);
        return time == null ? null : time.toInstant();
    }
}
