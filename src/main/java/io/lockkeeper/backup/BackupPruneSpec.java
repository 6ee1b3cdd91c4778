package io.lockkeeper.backup;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.lockkeeper.http.TimeZoneName;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// Which of a target's backups shall stay.
public record BackupPruneSpec(
        @Schema(
                description =
                        "Counted for logical and physical backups apart. Whatever they say, held backups stay, the"
                                + " last proven one, those before their expiresAt, and those that a job is reading",
                examples = "{\"daily\": 7, \"weekly\": 4, \"monthly\": 12}")
        KeepRules rules,

        @Schema(description = "plan tells what apply would delete and why, and deletes nothing", defaultValue = "plan")
        @Nullable
        Mode mode,

        @Schema(description = "Where days, weeks, months and years begin; UTC if absent") @Nullable
        TimeZoneName timeZone) {

    @Schema(name = "BackupPruneMode")
    public enum Mode {
        @JsonProperty("plan")
        PLAN,
        @JsonProperty("apply")
        APPLY
    }

    public BackupPruneSpec {
        mode = mode == null ? Mode.PLAN : mode;
        timeZone = timeZone == null ? TimeZoneName.UTC : timeZone;
    }

    boolean applies() {
        return mode == Mode.APPLY;
    }
}
