package io.lockkeeper.job;

import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/// The id in a path. What is no number is no job either: 404, not a puzzle.
@Schema(type = SchemaType.INTEGER, format = "int64", examples = "17")
public record JobId(long value) {
    /// Called by JAX-RS.
    public static JobId fromString(String text) {
        try {
            return new JobId(Long.parseLong(text));
        } catch (NumberFormatException notANumber) {
            throw new Refused(Problem.notFound("such job"));
        }
    }
}
