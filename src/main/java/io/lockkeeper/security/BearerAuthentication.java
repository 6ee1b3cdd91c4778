package io.lockkeeper.security;

import io.lockkeeper.http.RequestLog;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.identity.IdentityProviderManager;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.runtime.QuarkusPrincipal;
import io.quarkus.security.runtime.QuarkusSecurityIdentity;
import io.quarkus.vertx.http.runtime.security.ChallengeData;
import io.quarkus.vertx.http.runtime.security.HttpAuthenticationMechanism;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// `Authorization: Bearer <token>`, and nothing else: never a cookie, never a query parameter, which ends up in logs
/// and histories.
@ApplicationScoped
class BearerAuthentication implements HttpAuthenticationMechanism {
    private static final String SCHEME = "Bearer ";

    private final KnownCallers known;
    private final SecurityLog log;

    BearerAuthentication(KnownCallers known, SecurityLog log) {
        this.known = known;
        this.log = log;
    }

    /// Null for who presents nothing: what that means is decided where the request goes to.
    @Override
    public Uni<@Nullable SecurityIdentity> authenticate(RoutingContext request, IdentityProviderManager others) {
        List<String> presented = request.request().headers().getAll("Authorization");
        if (presented.isEmpty()) {
            return Uni.createFrom().nullItem();
        }
        return token(presented)
                .map(known::callerOf)
                .orElseGet(() -> Uni.createFrom().item(Optional.empty()))
                .map(caller -> identity(request, caller));
    }

    @Override
    public Uni<ChallengeData> getChallenge(RoutingContext request) {
        return Uni.createFrom().item(new ChallengeData(401, "WWW-Authenticate", "Bearer realm=\"lockkeeper\""));
    }

    private static Optional<BearerToken> token(List<String> presented) {
        String first = presented.getFirst();
        boolean bearer = presented.size() == 1 && first.regionMatches(true, 0, SCHEME, 0, SCHEME.length());
        return bearer ? BearerToken.parse(first.substring(SCHEME.length()).strip()) : Optional.empty();
    }

    private SecurityIdentity identity(RoutingContext request, Optional<Caller> caller) {
        if (caller.isEmpty()) {
            log.unknownToken(request);
            throw new AuthenticationFailedException("the token is unknown, revoked or expired");
        }
        RequestLog.subject(request, caller.get().subject());
        return QuarkusSecurityIdentity.builder()
                .setPrincipal(new QuarkusPrincipal(caller.get().subject()))
                .addRoles(caller.get().roles().stream().map(Role::word).collect(Collectors.toSet()))
                .addAttribute(Caller.ATTRIBUTE, caller.get())
                .build();
    }
}
