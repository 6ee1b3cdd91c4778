package io.lockkeeper.security;

import java.time.Instant;
import java.util.SortedSet;
import java.util.TreeSet;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// @param secret the whole token, to be presented as it is; shown once, in the answer that created it
@Schema(name = "Token")
record TokenView(
        long id,
        String name,
        SortedSet<Role> roles,
        @Nullable Instant expiresAt,
        @Nullable Instant lastUsedAt,
        String createdBy,
        Instant createdAt,

        @Schema(description = "The token itself. It is shown once and cannot be read again.") @Nullable
        String secret) {

    static TokenView of(Token token) {
        return new TokenView(
                token.id,
                token.name,
                new TreeSet<>(token.roles()),
                token.expiresAt,
                token.lastUsedAt,
                token.createdBy,
                token.createdAt,
                null);
    }

    TokenView withSecret(String secret) {
        return new TokenView(id, name, roles, expiresAt, lastUsedAt, createdBy, createdAt, secret);
    }

    @Override
    public String toString() {
        return "token/" + id;
    }
}
