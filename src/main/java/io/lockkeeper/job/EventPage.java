package io.lockkeeper.job;

import java.util.List;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/// @param next give it as `after` to read on; absent at the end of what there is now
public record EventPage(
        @Schema(type = SchemaType.ARRAY, implementation = Object.class)
        List<JobEvent> items,

        String next) {
    static EventPage of(List<JobEvent> rows, int limit) {
        List<JobEvent> items = rows.size() > limit ? rows.subList(0, limit) : rows;
        return new EventPage(
                items, rows.size() > limit ? String.valueOf(items.getLast().seq()) : null);
    }
}
