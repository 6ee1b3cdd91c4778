package io.lockkeeper.backup;

import jakarta.validation.constraints.Min;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

public record BackupDeleteSpec(
        @Schema(description = "The backup to delete, which must be one of the target's", examples = "17") @Min(1)
        long backup,

        @Schema(description = "Even if it is the last one that a restore test has proven", defaultValue = "false")
        @Nullable
        Boolean force) {

    public BackupDeleteSpec {
        force = force != null && force;
    }
}
