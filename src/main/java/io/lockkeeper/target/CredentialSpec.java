package io.lockkeeper.target;

import io.lockkeeper.postgres.Secret;
import jakarta.validation.constraints.Size;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// Where the password comes from: a reference into one of the operator's stores, or the password itself,
/// which is sealed and never shown again.
@Schema(description = "Either store and key (a reference), or value (write-only; sealed at rest).")
public record CredentialSpec(
        @Nullable @Size(max = 63) @Schema(examples = "env") String store,

        @Nullable @Size(max = 512) @Schema(examples = "ORDERS_PASSWORD")
        String key,

        @Nullable @Schema(implementation = String.class, writeOnly = true)
        Secret value) {
    private static final int LONGEST = 1024;

    public CredentialSpec {
        boolean reference = store != null && key != null && value == null;
        boolean itself = store == null && key == null && value != null;
        if (!reference && !itself) {
            throw new IllegalArgumentException("must be exactly one of {store, key} and {value}");
        }
        if (itself && !fits(value.reveal())) {
            throw new IllegalArgumentException(
                    "its value must have 1 to " + LONGEST + " characters and no character NUL");
        }
    }

    private static boolean fits(String password) {
        return !password.isEmpty() && password.length() <= LONGEST && password.indexOf('\0') < 0;
    }
}
