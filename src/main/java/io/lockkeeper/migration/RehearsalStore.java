package io.lockkeeper.migration;

import static io.lockkeeper.store.StoreAnswer.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockkeeper.http.Words;
import io.lockkeeper.migration.Rehearsal.Outcome;
import io.lockkeeper.migration.format.Direction;
import io.lockkeeper.target.TargetFacts;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;

/// The rows of rehearsals.
@Singleton
class RehearsalStore {
    /// What an attempt has found that did not live to tell its job is found again.
    private static final String WRITE = """
            INSERT INTO migration_rehearsal (job_id, target_id, target, bundle, format, direction, digest, subject, backup, data_at,
                                             began_at, ended_at, outcome, report)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14::text::jsonb)
            ON CONFLICT (job_id) DO UPDATE SET digest = excluded.digest, backup = excluded.backup, data_at = excluded.data_at,
                began_at = excluded.began_at, ended_at = excluded.ended_at, outcome = excluded.outcome, report = excluded.report""";
    private static final String READ_VIEW = """
            SELECT job_id, target, bundle, format, direction, digest, report::text AS report FROM migration_rehearsal WHERE job_id = $1""";
    private static final String READ_LATEST = """
            SELECT job_id, outcome, data_at, ended_at FROM migration_rehearsal
            WHERE target_id = $1 AND subject = $2 ORDER BY job_id DESC LIMIT 20""";

    /// Which a store cannot hold.
    private static final Pattern NUL = Pattern.compile("(?<!\\\\)((?:\\\\\\\\)*)\\\\u0000");

    private final Pool store;
    private final ObjectMapper json;

    RehearsalStore(Pool store, ObjectMapper json) {
        this.store = store;
        this.json = json;
    }

    /// What was rehearsed.
    ///
    /// @param subject see [RehearsalDemand#subject]
    record Rehearsed(long job, TargetFacts target, String subject, MigrationResult planned) {}

    void write(Rehearsed what, Rehearsal report) throws InterruptedException {
        MigrationResult planned = what.planned();
        await(store.preparedQuery(WRITE)
                .execute(Tuple.tuple(Arrays.asList(
                        what.job(),
                        what.target().id(),
                        what.target().name(),
                        planned.bundle(),
                        planned.format(),
                        Words.of(planned.direction()),
                        planned.digest(),
                        what.subject(),
                        report.backup(),
                        report.dataAt().atOffset(ZoneOffset.UTC),
                        report.beganAt().atOffset(ZoneOffset.UTC),
                        report.endedAt().atOffset(ZoneOffset.UTC),
                        report.outcome().name(),
                        text(report)))));
    }

    Optional<MigrationRunView> view(long job) throws InterruptedException {
        return rows(await(store.preparedQuery(READ_VIEW).execute(Tuple.of(job)))).stream()
                .findFirst()
                .map(row -> {
                    Rehearsal report = report(row.getString("report"));
                    return new MigrationRunView(
                            job,
                            row.getString("target"),
                            row.getString("bundle"),
                            row.getString("format"),
                            Words.in(Direction.class).get(row.getString("direction")),
                            row.getString("digest"),
                            report.beganAt(),
                            report.endedAt(),
                            List.of(),
                            report);
                });
    }

    /// One that came to its end.
    ///
    /// @param dataAt the state of the data that it ran on
    record Ended(long job, Outcome outcome, Instant dataAt, Instant at) {}

    /// Of this very subject on a target, the newest first.
    Future<List<Ended>> latest(long targetId, String subject) {
        return store.preparedQuery(READ_LATEST)
                .execute(Tuple.of(targetId, subject))
                .map(found -> rows(found).stream()
                        .map(row -> new Ended(
                                row.getLong("job_id"),
                                Outcome.valueOf(row.getString("outcome")),
                                row.getOffsetDateTime("data_at").toInstant(),
                                row.getOffsetDateTime("ended_at").toInstant()))
                        .toList());
    }

    private static List<Row> rows(RowSet<Row> found) {
        return StreamSupport.stream(found.spliterator(), false).toList();
    }

    private Rehearsal report(String text) {
        try {
            return json.readValue(text, Rehearsal.class);
        } catch (JsonProcessingException broken) {
            throw new IllegalStateException("a rehearsal holds no report of ours", broken);
        }
    }

    private String text(Rehearsal report) {
        try {
            return NUL.matcher(json.writeValueAsString(report)).replaceAll("$1\\\\ufffd");
        } catch (JsonProcessingException broken) {
            throw new IllegalStateException(broken);
        }
    }
}
