package io.lockkeeper.migration;

import static io.lockkeeper.store.StoreAnswer.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockkeeper.http.Words;
import io.lockkeeper.migration.JournalEntry.State;
import io.lockkeeper.migration.MigrationSpec.FormatName;
import io.lockkeeper.migration.MigrationSpec.Options;
import io.lockkeeper.migration.format.Direction;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Runs and their journals. Blocks, but for what gives a future: for virtual threads.
@Singleton
class JournalStore {
    private static final String BEGIN_RUN = """
            INSERT INTO migration_run (job_id, target_id, target, bundle, format, direction, digest, place)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            ON CONFLICT (job_id) DO UPDATE SET digest = excluded.digest, place = excluded.place, ended_at = NULL""";
    private static final String END_RUN =
            "UPDATE migration_run SET ended_at = clock_timestamp() WHERE job_id = $1 AND ended_at IS NULL";

    /// What ended before goes along, so that a step costs one commit.
    private static final String BEGIN_STEP = """
            WITH ended AS (
                UPDATE migration_step SET state = $15::text, statements = $16::text::jsonb, error = $17::text, ended_at = clock_timestamp()
                WHERE run = $1 AND no = $14::integer AND state = 'RUNNING'
            )
            INSERT INTO migration_step (run, no, migration, direction, path, position, kind, closes, sha256, statements, state,
                                        backend_pid, xid)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::text::jsonb, $11, $12, $13)""";
    private static final String END_STEP = """
            UPDATE migration_step SET state = $3, statements = $4::text::jsonb, error = $5, ended_at = clock_timestamp()
            WHERE run = $1 AND no = $2 AND state = 'RUNNING'""";
    private static final String SETTLE = """
            UPDATE migration_step SET state = $3, ended_at = clock_timestamp() WHERE run = $1 AND no = $2 AND state = 'RUNNING'""";

    private static final String READ_STEPS = """
            SELECT s.run, s.no, s.migration, s.direction, s.path, s.position, s.kind, s.closes, s.sha256, s.statements::text AS statements,
                   s.state, s.backend_pid, s.xid, s.error
            FROM migration_step s""";
    private static final String READ_OPEN = READ_STEPS + """
             JOIN migration_run r ON r.job_id = s.run
            WHERE r.target_id = $1 AND r.place = $2 AND r.ended_at IS NULL
            ORDER BY s.run, s.no""";
    private static final String READ_RUN = READ_STEPS + " WHERE s.run = $1 ORDER BY s.no";

    /// Takes over one step that an earlier run left.
    private static final String ADOPT = """
            INSERT INTO migration_step (run, no, migration, direction, path, position, kind, closes, sha256, statements, state,
                                        backend_pid, xid, began_at, ended_at, error)
            SELECT $1, $2, migration, direction, path, position, kind, closes, sha256, statements, state, backend_pid, xid, began_at,
                   ended_at, error
            FROM migration_step WHERE run = $3 AND no = $4""";
    private static final String END_EARLIER_RUNS = """
            UPDATE migration_run SET ended_at = clock_timestamp()
            WHERE target_id = $1 AND place = $2 AND job_id < $3 AND ended_at IS NULL""";
    private static final String READ_VIEW = """
            SELECT job_id, target, bundle, format, direction, digest, began_at, ended_at FROM migration_run WHERE job_id = $1""";
    private static final String LAST_BUNDLE =
            "SELECT bundle FROM migration_run WHERE target_id = $1 ORDER BY job_id DESC LIMIT 1";
    private static final String HAS_BEGUN = """
            SELECT EXISTS (SELECT FROM migration_run r JOIN migration_step s ON s.run = r.job_id AND s.state <> 'UNDONE'
                           WHERE r.target_id = $1 AND r.bundle = $2 AND r.ended_at IS NULL)""";
    private static final String LAST_RUN = """
            SELECT r.format, (j.spec -> 'options')::text AS options
            FROM migration_run r LEFT JOIN job j ON j.id = r.job_id
            WHERE r.target_id = $1 AND r.bundle = $2 ORDER BY r.job_id DESC LIMIT 1""";

    private final Pool store;
    private final ObjectMapper json;

    JournalStore(Pool store, ObjectMapper json) {
        this.store = store;
        this.json = json;
    }

    /// What a run of migrations is.
    ///
    /// @param place see [Work#place]
    record NewRun(
            long job,
            long targetId,
            String target,
            String bundle,
            String format,
            Direction direction,
            String digest,
            String place) {}

    void begin(NewRun run) throws InterruptedException {
        await(ask(
                BEGIN_RUN,
                run.job(),
                run.targetId(),
                run.target(),
                run.bundle(),
                run.format(),
                word(run.direction()),
                run.digest(),
                run.place()));
    }

    void end(long run) throws InterruptedException {
        await(ask(END_RUN, run));
    }

    /// A step that ended and has not been written down yet.
    record Ended(
            int no,
            State state,
            List<Ran> statements,
            @Nullable String error) {}

    /// @param before null: none
    Future<?> beginStep(JournalEntry step, @Nullable Ended before) {
        return ask(
                BEGIN_STEP,
                step.run(),
                step.no(),
                step.migration(),
                word(step.direction()),
                step.path(),
                step.position(),
                word(step.kind()),
                step.closes(),
                step.sha256(),
                write(step.statements()),
                step.state().name(),
                step.backendPid(),
                step.xid(),
                before == null ? null : before.no(),
                before == null ? null : before.state().name(),
                before == null ? null : write(before.statements()),
                before == null ? null : before.error());
    }

    void endStep(long run, Ended step) throws InterruptedException {
        await(ask(END_STEP, run, step.no(), step.state().name(), write(step.statements()), step.error()));
    }

    void settle(JournalEntry entry, State state) throws InterruptedException {
        await(ask(SETTLE, entry.run(), entry.no(), state.name()));
    }

    /// Of all runs that left something open, in the order in which they were written.
    List<JournalEntry> open(long targetId, String place) throws InterruptedException {
        return entries(ask(READ_OPEN, targetId, place));
    }

    List<JournalEntry> ofRun(long run) throws InterruptedException {
        return entries(ask(READ_RUN, run));
    }

    Optional<MigrationRunView> view(long run) throws InterruptedException {
        for (Row row : await(ask(READ_VIEW, run))) {
            return Optional.of(new MigrationRunView(
                    run,
                    row.getString("target"),
                    row.getString("bundle"),
                    row.getString("format"),
                    direction(row),
                    row.getString("digest"),
                    row.getOffsetDateTime("began_at").toInstant(),
                    Optional.ofNullable(row.getOffsetDateTime("ended_at"))
                            .map(OffsetDateTime::toInstant)
                            .orElse(null),
                    ofRun(run).stream().map(MigrationRunView.RunStep::of).toList(),
                    null));
        }
        return Optional.empty();
    }

    private static Direction direction(Row row) {
        return Direction.valueOf(row.getString("direction").toUpperCase(Locale.ROOT));
    }

    /// The entries become those of the run, and those that had them have ended.
    void adopt(NewRun run, List<JournalEntry> entries, int firstNo) throws InterruptedException {
        int no = firstNo;
        for (JournalEntry entry : entries) {
            await(ask(ADOPT, run.job(), no++, entry.run(), entry.no()));
        }
        await(ask(END_EARLIER_RUNS, run.targetId(), run.place(), run.job()));
    }

    Optional<String> lastBundle(long targetId) throws InterruptedException {
        return await(lookupLastBundle(targetId));
    }

    /// The same for the event loop.
    Future<Optional<String>> lookupLastBundle(long targetId) {
        return ask(LAST_BUNDLE, targetId).map(JournalStore::text);
    }

    /// Whether a run of a bundle has left something open that it has done. For the event loop.
    Future<Boolean> hasBegun(long targetId, String bundle) {
        return ask(HAS_BEGUN, targetId, bundle)
                .map(rows -> rows.iterator().next().getBoolean(0));
    }

    /// How a bundle was read when it ran last.
    ///
    /// @param options as far as its job is still known
    record LastReading(FormatName format, Options options) {}

    Optional<LastReading> lastReading(long targetId, String bundle) throws InterruptedException {
        for (Row row : await(ask(LAST_RUN, targetId, bundle))) {
            FormatName format = Words.in(FormatName.class).get(row.getString("format"));
            return Optional.of(new LastReading(format, options(row.getString("options"))));
        }
        return Optional.empty();
    }

    private Options options(@Nullable String text) {
        try {
            return text == null || text.equals("null") ? Options.NONE : json.readValue(text, Options.class);
        } catch (JsonProcessingException broken) {
            throw new IllegalStateException("a stored job holds no JSON of ours", broken);
        }
    }

    private static Optional<String> text(RowSet<Row> found) {
        var rows = found.iterator();
        return rows.hasNext() ? Optional.of(rows.next().getString(0)) : Optional.empty();
    }

    private Future<RowSet<Row>> ask(String sql, @Nullable Object... values) {
        return store.preparedQuery(sql).execute(Tuple.tuple(Arrays.asList(values)));
    }

    private List<JournalEntry> entries(Future<RowSet<Row>> asked) throws InterruptedException {
        List<JournalEntry> all = new ArrayList<>();
        await(asked).forEach(row -> all.add(entry(row)));
        return all;
    }

    private JournalEntry entry(Row row) {
        return new JournalEntry(
                row.getLong("run"),
                row.getInteger("no"),
                row.getString("migration"),
                direction(row),
                row.getString("path"),
                row.getInteger("position"),
                Step.Kind.valueOf(row.getString("kind").toUpperCase(Locale.ROOT)),
                row.getBoolean("closes"),
                row.getString("sha256"),
                State.valueOf(row.getString("state")),
                row.getInteger("backend_pid"),
                row.getString("xid"),
                read(row.getString("statements")),
                row.getString("error"));
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private List<Ran> read(String text) {
        try {
            return json.readValue(text, new TypeReference<>() {});
        } catch (JsonProcessingException broken) {
            throw new IllegalStateException("a journal holds no JSON of ours", broken);
        }
    }

    private String write(List<Ran> statements) {
        try {
            return json.writeValueAsString(statements).replace("\\u0000", "");
        } catch (JsonProcessingException broken) {
            throw new IllegalStateException(broken);
        }
    }
}
