package io.lockkeeper.job;

import io.lockkeeper.job.table.NewJob.Origin;
import io.lockkeeper.security.Caller;
import io.quarkus.security.identity.SecurityIdentity;
import jakarta.enterprise.context.RequestScoped;
import org.jboss.logging.MDC;

/// Who asks in this request.
@RequestScoped
class Asking {
    private final SecurityIdentity identity;

    Asking(SecurityIdentity identity) {
        this.identity = identity;
    }

    Origin origin() {
        Caller caller = Caller.of(identity);
        Object requestId = MDC.get("requestId");
        return new Origin(caller.subject(), caller.via(), requestId == null ? null : requestId.toString());
    }
}
