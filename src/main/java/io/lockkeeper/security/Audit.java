package io.lockkeeper.security;

import io.lockkeeper.http.RequestId;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// One row of the audit trail: who did what to which thing. Written by [AuditStore] in the transaction of the change
/// itself, so that neither exists without the other. Put only named facts into `detail`, never a whole request: it
/// may hold what is secret.
///
/// @param action what was done: `token.create`, `target.delete`, `job.cancel`
/// @param object which thing: `token/3`, `target/orders`, `job/17`
public record Audit(
        String subject,
        String via,
        @Nullable String requestId,
        String action,
        @Nullable String target,
        String object,
        Map<String, Object> detail) {

    public Audit {
        detail = Map.copyOf(detail);
    }

    public static Audit entry(Caller caller, String action, String object) {
        return new Audit(caller.subject(), caller.via(), RequestId.current(), action, null, object, Map.of());
    }

    /// What the service does on its own account.
    static Audit ofStart(String action, String object) {
        return new Audit("lockkeeper", "start", null, action, null, object, Map.of());
    }

    public Audit about(@Nullable String target) {
        return new Audit(subject, via, requestId, action, target, object, detail);
    }

    public Audit with(String name, Object value) {
        Map<String, Object> more = new TreeMap<>(detail);
        more.put(name, value);
        return new Audit(subject, via, requestId, action, target, object, more);
    }
}
