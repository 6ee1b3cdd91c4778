package io.lockkeeper.migration.format;

import io.lockkeeper.postgres.PgSession;
import io.vertx.sqlclient.Row;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Where migrations are to run, and what was said about how.
///
/// @param schema in which the tool's table is, and where unqualified names lead
/// @param schemaAsked somebody named it
/// @param now by the target's clock
/// @param table null: the tool's usual one
public record Scene(
        String database,
        String user,
        String schema,
        boolean schemaAsked,
        LocalDateTime now,
        @Nullable String table,
        @Nullable String baseline,
        Map<String, String> placeholders,
        List<String> contexts,
        List<String> labels) {
    private static final String LOOK = """
            SELECT current_database()::text AS database, current_user::text AS "user", current_schema()::text AS schema,
                   localtimestamp(3) AS now""";

    public Scene {
        placeholders = Map.copyOf(placeholders);
        contexts = List.copyOf(contexts);
        labels = List.copyOf(labels);
    }

    /// @param schema null: the first one of the role's search_path that exists
    public static Scene look(
            PgSession session,
            @Nullable String schema,
            @Nullable String table,
            @Nullable String baseline,
            Map<String, String> placeholders,
            List<String> contexts,
            List<String> labels)
            throws InterruptedException {
        Row row = session.one(LOOK);
        String into = Optional.ofNullable(schema)
                .or(() -> Optional.ofNullable(row.getString("schema")))
                .orElse("public");
        return new Scene(
                row.getString("database"),
                row.getString("user"),
                into,
                schema != null,
                row.getLocalDateTime("now"),
                table,
                baseline,
                placeholders,
                contexts,
                labels);
    }
}
