package io.lockkeeper.job;

import com.fasterxml.jackson.annotation.JsonRawValue;
import com.fasterxml.jackson.annotation.JsonValue;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/// JSON that comes from the store and goes to the wire as it is, without being taken apart and put together between.
@Schema(type = SchemaType.OBJECT, additionalProperties = Schema.True.class)
public record Json(
        @JsonValue @JsonRawValue @Schema(hidden = true) String text) {
    public static Json orNull(String text) {
        return text == null ? null : new Json(text);
    }
}
