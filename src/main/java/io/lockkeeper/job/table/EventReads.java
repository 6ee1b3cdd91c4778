package io.lockkeeper.job.table;

import io.lockkeeper.job.JobEvent;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;

/// Events in the order in which they were committed: whoever has read up to a `seq` has missed nothing below it.
public final class EventReads {
    private static final String EVENTS = """
            SELECT e.seq, e.job_id, e.type, e.at, e.data::text AS data, j.kind, j.target,
                   e.type = 'state' AND e.data ->> 'state' IN ('SUCCEEDED', 'FAILED', 'CANCELLED', 'REJECTED') AS last
            FROM job_event e JOIN job j ON j.id = e.job_id
            """;

    private static final String EVENTS_AFTER = EVENTS + """
            WHERE e.seq > $1
            ORDER BY e.seq
            LIMIT $2
            """;

    private static final String EVENTS_OF_JOB_AFTER = EVENTS + """
            WHERE e.job_id = $3 AND e.seq > $1 AND ($4::text IS NULL OR e.type = $4)
            ORDER BY e.seq
            LIMIT $2
            """;

    private static final String EVENTS_OF_ALL_AFTER = EVENTS + """
            WHERE e.seq > $1 AND ($3::text IS NULL OR j.target = $3) AND ($4::text IS NULL OR j.kind = $4)
            ORDER BY e.seq
            LIMIT $2
            """;

    private static final String POSITION = """
            SELECT greatest((SELECT coalesce(max(seq), 0) FROM job_event), pruned) AS newest, pruned FROM job_event_horizon
            """;

    private EventReads() {}

    /// @param newest the last event that is committed now
    /// @param pruned up to here history is gone
    public record Position(long newest, long pruned) {}

    public static Future<Position> position(SqlClient store) {
        return store.preparedQuery(POSITION).execute().map(rows -> {
            Row row = rows.iterator().next();
            return new Position(row.getLong("newest"), row.getLong("pruned"));
        });
    }

    public static Future<List<JobEvent>> after(SqlClient store, long seq, int limit) {
        return store.preparedQuery(EVENTS_AFTER).execute(Tuple.of(seq, limit)).map(EventReads::events);
    }

    /// @param target only events of its jobs, or null
    /// @param kind only events of jobs of this kind, or null
    public static Future<List<JobEvent>> ofAllAfter(SqlClient store, long seq, String target, String kind, int limit) {
        return store.preparedQuery(EVENTS_OF_ALL_AFTER)
                .execute(Tuple.of(seq, limit, target, kind))
                .map(EventReads::events);
    }

    /// @param type only events of this type, or null
    public static Future<List<JobEvent>> ofJobAfter(SqlClient store, long job, long seq, String type, int limit) {
        return store.preparedQuery(EVENTS_OF_JOB_AFTER)
                .execute(Tuple.of(seq, limit, job, type))
                .map(EventReads::events);
    }

    private static List<JobEvent> events(Iterable<Row> rows) {
        List<JobEvent> events = new ArrayList<>();
        for (Row row : rows) {
            events.add(JobEvent.of(
                    row.getLong("seq"),
                    row.getLong("job_id"),
                    row.getString("kind"),
                    row.getString("target"),
                    row.getString("type"),
                    row.getOffsetDateTime("at").toInstant(),
                    row.getBoolean("last"),
                    row.getString("data")));
        }
        return events;
    }
}
