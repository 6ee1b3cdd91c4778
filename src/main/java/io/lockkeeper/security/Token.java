package io.lockkeeper.security;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

@Entity
@Table(name = "token")
class Token {
    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    Long id;

    String name;

    @Column(name = "secret_hash")
    byte[] secretHash;

    String[] roles;

    @Column(name = "expires_at")
    @Nullable
    Instant expiresAt;

    @Column(name = "last_used_at", insertable = false, updatable = false)
    @Nullable
    Instant lastUsedAt;

    @Column(name = "revoked_at")
    @Nullable
    Instant revokedAt;

    @Column(name = "created_by")
    String createdBy;

    @Column(name = "created_at", updatable = false)
    Instant createdAt;

    Caller caller() {
        return new Caller(name, "token/" + id, roles());
    }

    Set<Role> roles() {
        return Arrays.stream(roles).map(Role::ofWord).collect(Collectors.toUnmodifiableSet());
    }

    void roles(Collection<Role> held) {
        roles = held.stream().sorted().map(Role::word).toArray(String[]::new);
    }

    boolean isAlive(Instant now) {
        return revokedAt == null && (expiresAt == null || expiresAt.isAfter(now));
    }
}
