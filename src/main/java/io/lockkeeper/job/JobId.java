package io.lockkeeper.job;

import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/// The id in a path. What is no number is no job either: 404, not a puzzle.
@Schema(type = SchemaType.INTEGER, format = "int64", examples = "17")
public record JobId(long value) {
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");

    /// Called by JAX-RS.
    public static JobId fromString(String text) {
        if (!NUMBER.matcher(text).matches()) {
            throw new Refused(Problem.notFound("such job"));
        }
        return new JobId(Long.parseLong(text));
    }
}
