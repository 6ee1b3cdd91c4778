package io.lockkeeper.security;

import io.lockkeeper.http.Cursor;
import io.lockkeeper.http.Limit;
import io.lockkeeper.http.Page;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

@Path("/api/v1/audit")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Audit")
class AuditResource {
    private final AuditStore audits;

    AuditResource(AuditStore audits) {
        this.audits = audits;
    }

    @GET
    @Needs(Permission.AUDIT_READ)
    @Operation(summary = "Read the audit trail", description = "Who changed what, newest first.")
    public Uni<Page<AuditView>> list(
            @QueryParam("target") String target,
            @QueryParam("subject") String subject,
            @QueryParam("action") String action,
            @QueryParam("limit") Limit limit,
            @QueryParam("cursor") String cursor) {
        Limit most = Limit.of(limit);
        long before = Cursor.number(cursor, Long.MAX_VALUE, target, subject, action);
        return audits.page(before, most, target, subject, action)
                .map(rows -> Page.of(rows, most, AuditView::id, target, subject, action));
    }
}
