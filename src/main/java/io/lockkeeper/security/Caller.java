package io.lockkeeper.security;

import io.quarkus.security.identity.SecurityIdentity;
import java.util.Set;

/// Who asks: the name that audit rows and jobs carry, how they came in (`token/3`, `engine`), and what they may be.
public record Caller(String subject, String via, Set<Role> roles) {
    static final String ATTRIBUTE = "lockkeeper.caller";

    public Caller {
        roles = Set.copyOf(roles);
    }

    /// The caller of the current request, for resources: they run only after it was authenticated and allowed.
    public static Caller of(SecurityIdentity identity) {
        Caller caller = identity.getAttribute(ATTRIBUTE);
        if (caller == null) {
            throw new IllegalStateException("nobody was authenticated");
        }
        return caller;
    }
}
