package io.lockkeeper.migration;

import io.vertx.sqlclient.Row;
import java.time.OffsetDateTime;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// A session in the way of a migration.
///
/// @param pid     absent: it is a prepared transaction
/// @param seconds since its transaction began
/// @param holds   the mode of its lock; or, if it waits itself, of the lock that it waits for
/// @param query   what it runs, or ran last; only its beginning
record Blocker(
        @Nullable Integer pid,
        @Nullable String user,
        @Nullable String application,
        @Nullable String state,
        @Nullable String backendType,
        @Nullable OffsetDateTime queryStart,
        double seconds,
        @Nullable String holds,
        boolean granted,
        @Nullable String relation,
        @Nullable String query) {
    private static final int SHOWN = 120;

    static Blocker of(Row row) {
        return new Blocker(
                row.getInteger("pid"),
                row.getString("usename"),
                row.getString("application_name"),
                row.getString("state"),
                row.getString("backend_type"),
                row.getOffsetDateTime("query_start"),
                row.getDouble("seconds"),
                row.getString("mode"),
                row.getBoolean("granted"),
                row.getString("relation"),
                row.getString("query"));
    }

    /// Such a worker gives way by itself, but only to somebody who waits for a whole deadlock_timeout; unless it
    /// prevents a wraparound.
    boolean givesWay() {
        return "autovacuum worker".equals(backendType) && (query == null || !query.contains("to prevent wraparound"));
    }

    @Override
    public String toString() {
        String who = pid == null
                ? "a prepared transaction"
                : "pid " + pid + " (" + (user == null ? backendType : user)
                        + (isBlank(application) ? "" : ", " + application) + ")";
        String does = holds == null ? "is in the way" : (granted ? "holds " : "waits for ") + holds;
        String on = relation == null ? "" : " on " + relation;
        String since = String.format(Locale.ROOT, ", for %.1f s", seconds);
        return who + " " + does + on + (state == null ? "" : ", " + state) + since
                + (isBlank(query) ? "" : ": " + cut());
    }

    private String cut() {
        String line = query.strip().replaceAll("\\s+", " ");
        return line.length() <= SHOWN ? line : line.substring(0, SHOWN) + "...";
    }

    private static boolean isBlank(@Nullable String text) {
        return text == null || text.isBlank();
    }
}
