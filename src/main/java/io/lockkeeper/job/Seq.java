package io.lockkeeper.job;

import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/// A place in the story: everything after the event of this number.
@Schema(type = SchemaType.INTEGER, format = "int64", minimum = "0")
public record Seq(long value) {
    /// Called by JAX-RS.
    public static Seq fromString(String text) {
        try {
            long value = Long.parseLong(text);
            if (value >= 0) {
                return new Seq(value);
            }
        } catch (NumberFormatException notANumber) {
            // told below
        }
        throw new Refused(Problem.badParameter("after", "must be the number of an event, as in the id of a stream"));
    }

    static long of(Seq asked) {
        return asked == null ? 0 : asked.value();
    }
}
