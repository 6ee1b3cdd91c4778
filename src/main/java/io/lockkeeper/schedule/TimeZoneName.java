package io.lockkeeper.schedule;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.time.ZoneId;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/// A zone of the IANA database. Only by its name: an offset would know nothing of summer.
@Schema(type = SchemaType.STRING, examples = "Europe/Berlin")
record TimeZoneName(@JsonValue String name) {
    static final TimeZoneName UTC = new TimeZoneName("UTC");

    @JsonCreator
    static TimeZoneName of(String text) {
        if (!ZoneId.getAvailableZoneIds().contains(text)) {
            throw new IllegalArgumentException(
                    "must be a time zone of the IANA database, such as Europe/Berlin or UTC");
        }
        return new TimeZoneName(text);
    }

    /// @throws java.time.DateTimeException if this instance does not know the zone, though another one did
    ZoneId zone() {
        return ZoneId.of(name);
    }
}
