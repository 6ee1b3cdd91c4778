package io.lockkeeper.security;

import io.lockkeeper.http.ProblemWriter;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/// The metrics are no JAX-RS resource, so they have a guard of their own: open only if the operator says so.
@ApplicationScoped
class MetricsGuard {
    private static final int AFTER_THE_EDGE = 500;

    private final BearerAuthentication authentication;
    private final ProblemWriter problems;
    private final boolean open;

    MetricsGuard(
            BearerAuthentication authentication,
            ProblemWriter problems,
            @ConfigProperty(name = "lockkeeper.metrics.public", defaultValue = "false") boolean open) {
        this.authentication = authentication;
        this.problems = problems;
        this.open = open;
    }

    void stand(@Observes Filters filters) {
        if (!open) {
            filters.register(this::admit, AFTER_THE_EDGE);
        }
    }

    private void admit(RoutingContext request) {
        if (!request.normalizedPath().startsWith("/q/metrics")) {
            request.next();
            return;
        }
        authentication.authenticate(request, null).subscribe().with(who -> admit(request, who), request::fail);
    }

    private void admit(RoutingContext request, @Nullable SecurityIdentity who) {
        if (who == null) {
            problems.answer(request, Guard.unauthorized());
            return;
        }
        Decision decision = Policy.decide(Caller.of(who), Permission.METRICS_READ, null);
        if (decision.allowed()) {
            request.next();
        } else {
            problems.answer(request, Policy.forbidden(decision.reason()));
        }
    }
}
