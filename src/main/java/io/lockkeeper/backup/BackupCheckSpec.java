package io.lockkeeper.backup;

import jakarta.validation.constraints.Min;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

public record BackupCheckSpec(
        @Schema(description = "Only this one, which must be one of the target's", examples = "17") @Nullable @Min(1)
        Long backup,

        @Schema(
                description = "Read every byte as it is stored and compare the digests; without it, the manifest is"
                        + " read and the sizes of the files are compared",
                defaultValue = "false")
        @Nullable
        Boolean deep) {

    public BackupCheckSpec {
        deep = deep != null && deep;
    }
}
