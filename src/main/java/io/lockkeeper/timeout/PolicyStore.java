package io.lockkeeper.timeout;

import static io.lockkeeper.store.StoreAnswer.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
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
import java.util.Optional;

/// What policies found and left. The methods that throw InterruptedException block and are for virtual
/// threads.
@Singleton
class PolicyStore {
    private static final String FIND = """
            SELECT p.job_id, p.target_id, t.name AS target, p.wanted::text AS wanted, p.before::text AS before,
                   p.after::text AS after, p.applied_at, p.undone_at
            FROM timeout_policy p JOIN target t ON t.id = p.target_id""";
    private static final String FIND_ONE = FIND + " WHERE p.job_id = $1";
    private static final String FIND_APPLIED =
            FIND + " WHERE p.target_id = $1 AND p.applied_at IS NOT NULL ORDER BY p.applied_at DESC, p.job_id DESC";
    private static final String FIND_ENDED = FIND + """
             LEFT JOIN job j ON j.id = p.job_id
            WHERE p.target_id = $1 AND (p.applied_at IS NOT NULL OR j.id IS NULL OR j.finished_at IS NOT NULL)
            ORDER BY p.applied_at DESC NULLS FIRST, p.job_id DESC""";

    private static final String PREPARE = """
            INSERT INTO timeout_policy (job_id, target_id, wanted, before, after)
            VALUES ($1, $2, $3::text::jsonb, $4::text::jsonb, $5::text::jsonb)
            ON CONFLICT (job_id) DO UPDATE SET wanted = excluded.wanted, before = excluded.before, after = excluded.after
            WHERE timeout_policy.applied_at IS NULL""";
    private static final String APPLIED =
            "UPDATE timeout_policy SET applied_at = $2 WHERE job_id = $1 AND applied_at IS NULL";
    private static final String UNDONE = """
            UPDATE timeout_policy SET applied_at = coalesce(applied_at, $2), undone_at = $2, undone_by = $3
            WHERE job_id = $1 AND undone_at IS NULL""";

    private final Pool store;
    private final ObjectMapper json;

    PolicyStore(Pool store, ObjectMapper json) {
        this.store = store;
        this.json = json;
    }

    Uni<Optional<StoredPolicy>> lookup(long id) {
        return UniHelper.toUni(ask(FIND_ONE, Tuple.of(id)).map(this::first));
    }

    Optional<StoredPolicy> find(long id) throws InterruptedException {
        return first(await(ask(FIND_ONE, Tuple.of(id))));
    }

    /// Those that were applied, undone or not, the last one first.
    List<StoredPolicy> applied(long targetId) throws InterruptedException {
        List<StoredPolicy> policies = new ArrayList<>();
        await(ask(FIND_APPLIED, Tuple.of(targetId))).forEach(row -> policies.add(policy(row)));
        return policies;
    }

    /// The same, and those that nobody has heard of whose jobs have ended; these first.
    List<StoredPolicy> ended(long targetId) throws InterruptedException {
        List<StoredPolicy> policies = new ArrayList<>();
        await(ask(FIND_ENDED, Tuple.of(targetId))).forEach(row -> policies.add(policy(row)));
        return policies;
    }

    /// Before the commit on the target.
    void prepare(long id, long targetId, List<Want> wants, Image before, Image after) throws InterruptedException {
        List<StoredPolicy.Wanted> wanted = wants.stream()
                .map(want -> new StoredPolicy.Wanted(want.place(), want.name(), want.value()))
                .toList();
        await(ask(PREPARE, Tuple.of(id, targetId, write(wanted), write(before.list()), write(after.list()))));
    }

    void applied(long id, Instant at) throws InterruptedException {
        await(ask(APPLIED, Tuple.of(id, at.atOffset(ZoneOffset.UTC))));
    }

    void undone(long id, Instant at, long by) throws InterruptedException {
        await(ask(UNDONE, Tuple.of(id, at.atOffset(ZoneOffset.UTC), by)));
    }

    private Future<RowSet<Row>> ask(String sql, Tuple values) {
        return store.preparedQuery(sql).execute(values);
    }

    private Optional<StoredPolicy> first(RowSet<Row> rows) {
        var each = rows.iterator();
        return each.hasNext() ? Optional.of(policy(each.next())) : Optional.empty();
    }

    private StoredPolicy policy(Row row) {
        return new StoredPolicy(
                row.getLong("job_id"),
                row.getLong("target_id"),
                row.getString("target"),
                read(row.getString("wanted"), new TypeReference<>() {}),
                Image.of(read(row.getString("before"), new TypeReference<List<Kept>>() {})),
                Image.of(read(row.getString("after"), new TypeReference<List<Kept>>() {})),
                instant(row.getOffsetDateTime("applied_at")),
                instant(row.getOffsetDateTime("undone_at")));
    }

    private static Instant instant(OffsetDateTime time) {
        return time == null ? null : time.toInstant();
    }

    private <T> T read(String text, TypeReference<T> type) {
        try {
            return json.readValue(text, type);
        } catch (JsonProcessingException broken) {
            throw new IllegalStateException("a stored policy holds no JSON of ours", broken);
        }
    }

    private String write(Object value) {
        try {
            return json.writeValueAsString(value);
        } catch (JsonProcessingException broken) {
            throw new IllegalStateException(broken);
        }
    }
}
