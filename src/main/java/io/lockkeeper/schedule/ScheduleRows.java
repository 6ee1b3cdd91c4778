package io.lockkeeper.schedule;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lockkeeper.http.Words;
import io.lockkeeper.job.Json;
import io.lockkeeper.schedule.Timetable.Due;
import io.vertx.sqlclient.Row;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/// Rows to schedules.
@Singleton
class ScheduleRows {
    static final String COLUMNS = """
            s.id, s.name, s.cron, s.time_zone, s.kind, s.spec::text AS spec, s.target_id, s.then_kind,
            s.then_spec::text AS then_spec, s.on_missed, s.jitter_ms, s.paused, s.due_at, s.next_at,
            s.problem::text AS problem, s.version, s.changed_by, s.created_at, s.updated_at""";

    private final ObjectReader json;

    ScheduleRows(ObjectMapper json) {
        this.json = json.reader().with(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);
    }

    /// @throws IllegalArgumentException if a newer version has written what this one cannot read
    Schedule schedule(Row row) {
        String thenKind = row.getString("then_kind");
        Instant due = instant(row, "due_at");
        var spec = new ScheduleSpec(
                row.getString("name"),
                Cron.of(row.getString("cron")),
                new TimeZoneName(row.getString("time_zone")),
                row.getString("kind"),
                object(row.getString("spec")),
                thenKind == null ? null : new ScheduleSpec.Then(thenKind, object(row.getString("then_spec"))),
                row.getBoolean("paused"),
                Words.in(OnMissed.class).get(row.getString("on_missed")),
                Duration.ofMillis(row.getLong("jitter_ms")));
        return new Schedule(
                row.getLong("id"),
                spec,
                row.getLong("target_id"),
                due == null ? null : new Due(due, instant(row, "next_at")),
                Json.orNull(row.getString("problem")),
                row.getInteger("version"),
                row.getString("changed_by"),
                instant(row, "created_at"),
                instant(row, "updated_at"));
    }

    ObjectNode object(String text) {
        try {
            return (ObjectNode) json.readTree(text);
        } catch (JsonProcessingException broken) {
            throw new IllegalStateException("a stored schedule holds no JSON", broken);
        }
    }

    static @Nullable Instant instant(Row row, String column) {
        OffsetDateTime time = row.getOffsetDateTime(column);
        return time == null ? null : time.toInstant();
    }

    static @Nullable OffsetDateTime utc(@Nullable Instant time) {
        return time == null ? null : time.atOffset(ZoneOffset.UTC);
    }
}
