package io.lockkeeper.restore;

import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Size;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// A question of the team's own to the restored copy, and the answer that it expects.
public record TeamCheck(
        @Schema(description = "How the report calls it", examples = "orders of the last day") @NotBlank @Size(max = 200)
        String name,

        @Schema(
                description = "One statement that reads; the first value of its first row is the answer",
                examples = "SELECT count(*) > 0 FROM orders WHERE placed_at > now() - interval '2 days'")
        @NotBlank
        @Size(max = 20_000)
        String sql,

        @Schema(
                description =
                        "The answer as PostgreSQL prints it, or a comparison: = and != of numbers or texts, <, <=, >"
                                + " and >= of numbers",
                defaultValue = "true",
                examples = "> 100")
        @Nullable
        @Size(max = 1_000)
        String expect) {

    public TeamCheck {
        expect = expect == null ? "true" : expect;
    }
}
