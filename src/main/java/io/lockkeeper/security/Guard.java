package io.lockkeeper.security;

import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.quarkus.security.identity.CurrentIdentityAssociation;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ResourceInfo;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/// Stands before every resource method, before its body is read: who does not present a token, or may not do what the
/// method [Needs], does not come in. A method that names no need answers nobody, so forgetting it shows at once.
class Guard {
    private final CurrentIdentityAssociation identities;
    private final SecurityLog log;

    Guard(CurrentIdentityAssociation identities, SecurityLog log) {
        this.identities = identities;
        this.log = log;
    }

    @ServerRequestFilter(priority = Priorities.AUTHORIZATION, nonBlocking = true)
    Uni<Void> admit(ResourceInfo resource, RoutingContext request) {
        Needs needs = resource.getResourceMethod().getAnnotation(Needs.class);
        return identities
                .getDeferredIdentity()
                .invoke(identity -> admit(identity, needs, request))
                .replaceWithVoid();
    }

    private void admit(SecurityIdentity identity, Needs needs, RoutingContext request) {
        if (identity.isAnonymous()) {
            throw new Refused(unauthorized());
        }
        if (needs == null) {
            throw new Refused(Policy.forbidden("Nobody may do this: it does not say what it needs."));
        }
        Caller caller = Caller.of(identity);
        Decision decision = Policy.decide(caller, needs.value(), null);
        if (!decision.allowed()) {
            log.denied(request, caller, needs.value());
            throw new Refused(Policy.forbidden(decision.reason()));
        }
        identities.setIdentity(identity);
    }

    static Problem unauthorized() {
        return Problem.of(401, "unauthorized", "Unauthorized", "Send a token: Authorization: Bearer lk_...");
    }
}
