package io.lockkeeper.migration;

import com.fasterxml.jackson.databind.JsonNode;
import io.lockkeeper.http.Faults;
import org.jspecify.annotations.Nullable;

/// Which copy a rehearsal is to run on: `"latest"`, or `{"backup": 17}`.
///
/// @param backup null: the target's newest that nothing speaks against, when the job runs
record RehearsalBasis(@Nullable Long backup) {
    static final String FIELD = "/rehearseOn";
    static final String LATEST = "latest";

    private static final String BACKUP = "backup";
    private static final RehearsalBasis NEWEST = new RehearsalBasis(null);

    static RehearsalBasis read(JsonNode asked, Faults faults) {
        if (!asked.isObject()) {
            if (!LATEST.equals(asked.textValue())) {
                faults.add(FIELD, "must be \"latest\", or name a backup as in {\"backup\": 17}");
            }
            return NEWEST;
        }
        asked.fieldNames().forEachRemaining(name -> {
            if (!name.equals(BACKUP)) {
                faults.add(FIELD + "/" + name, "is not known here; known are " + BACKUP);
            }
        });
        JsonNode id = asked.path(BACKUP);
        if (id.isMissingNode()) {
            faults.add(FIELD + "/" + BACKUP, "is missing");
        } else if (!id.isIntegralNumber() || !id.canConvertToLong() || id.longValue() < 1) {
            faults.add(FIELD + "/" + BACKUP, "must be the id of a backup: a whole number from 1");
        }
        return new RehearsalBasis(id.longValue());
    }
}
