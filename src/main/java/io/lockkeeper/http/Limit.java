package io.lockkeeper.http;

import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// How many things a caller wants at most on one page. As a parameter: `@QueryParam("limit") Limit limit`, which is
/// null where the caller said nothing; [#of(Limit)] fills that in.
@Schema(
        type = SchemaType.INTEGER,
        minimum = "1",
        defaultValue = "50",
        description = "At most so many items; more than 1000 means 1000.")
public record Limit(int value) {
    public static final Limit DEFAULT = new Limit(50);
    public static final int MOST = 1000;

    public static Limit of(@Nullable Limit asked) {
        return asked == null ? DEFAULT : asked;
    }

    /// Called by JAX-RS.
    public static Limit fromString(String text) {
        try {
            int asked = (int) Math.min(Long.parseLong(text), MOST);
            if (asked >= 1) {
                return new Limit(asked);
            }
        } catch (NumberFormatException notANumber) {
            // told below
        }
        throw new Refused(Problem.badParameter("limit", "must be a whole number from 1 to 1000"));
    }

    /// One more than wanted: whether there is a next page is seen by reading one row of it.
    public int plusOne() {
        return value + 1;
    }
}
