package io.lockkeeper.target;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

public record LimitsSpec(
        @Nullable @Min(1) @Max(1000) @Schema(description = "How many jobs may run on it at once.", defaultValue = "4")
        Integer jobs) {

    static final LimitsSpec DEFAULT = new LimitsSpec(4);

    public LimitsSpec {
        jobs = jobs == null ? 4 : jobs;
    }
}
