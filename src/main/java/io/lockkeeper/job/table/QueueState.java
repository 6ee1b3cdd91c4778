package io.lockkeeper.job.table;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import java.util.ArrayList;
import java.util.List;

/// How much there is to do, for metrics.
public final class QueueState {
    private static final String COUNT_UNFINISHED_JOBS = """
            SELECT kind, state, count(*) AS jobs,
                   coalesce(extract(epoch FROM clock_timestamp() - min(created_at) FILTER (WHERE state = 'QUEUED')), 0)::float8 AS oldest
            FROM job
            WHERE finished_at IS NULL
            GROUP BY kind, state
            """;

    private QueueState() {}

    /// @param oldestSeconds the age of the oldest queued one
    public record Count(String kind, String state, long jobs, double oldestSeconds) {}

    public static Future<List<Count>> read(SqlClient store) {
        return store.preparedQuery(COUNT_UNFINISHED_JOBS).execute().map(rows -> {
            List<Count> counts = new ArrayList<>();
            for (Row row : rows) {
                counts.add(new Count(
                        row.getString("kind"), row.getString("state"), row.getLong("jobs"), row.getDouble("oldest")));
            }
            return counts;
        });
    }
}
