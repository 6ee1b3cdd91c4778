package io.lockkeeper.timeout;

import jakarta.validation.constraints.Min;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/// @param policy the id of the job that applied it
public record TimeoutUndoSpec(
        @Schema(description = "The policy to undo: the id of the job that applied it", examples = "17") @Min(1)
        long policy) {}
