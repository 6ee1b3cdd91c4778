package io.lockkeeper.security;

import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.Pattern;
import java.time.Instant;
import java.util.Locale;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// @param name who audit rows and jobs will name; no other living token may have it
record NewToken(
        @Schema(examples = "release-bot")
        @Pattern(regexp = NAME, message = "must be 1 to 100 of A-Z a-z 0-9 . _ @ -, beginning with a letter or digit")
        String name,

        @NotEmpty Set<Role> roles,

        @Schema(description = "At most 366 days from now; 90 days if absent.", examples = "2026-12-31T00:00:00Z")
        @Nullable
        Instant expiresAt) {
    static final String NAME = "[A-Za-z0-9][A-Za-z0-9._@-]{0,99}";

    NewToken {
        if (name.toLowerCase(Locale.ROOT).startsWith("lockkeeper")) {
            throw new IllegalArgumentException("the name " + name + " is kept for what the service does itself");
        }
    }
}
