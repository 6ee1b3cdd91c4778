package io.lockkeeper.security;

import io.vertx.mutiny.sqlclient.Row;
import java.time.Instant;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

@Schema(name = "AuditEntry")
record AuditView(
        long id,
        Instant at,
        String subject,
        String via,
        @Nullable String requestId,
        String action,
        @Nullable String target,
        String object,
        Map<String, Object> detail) {

    static AuditView of(Row row) {
        return new AuditView(
                row.getLong("id"),
                row.getOffsetDateTime("at").toInstant(),
                row.getString("subject"),
                row.getString("via"),
                row.getString("request_id"),
                row.getString("action"),
                row.getString("target"),
                row.getString("object"),
                row.getJsonObject("detail").getMap());
    }
}
