package io.lockkeeper.sleep;

import java.time.Duration;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.hibernate.validator.constraints.time.DurationMax;

/// @param duration how long the target's server shall sleep
public record SleepSpec(
        @Schema(description = "How long, at most 1h", examples = "2s")
        @DurationMax(hours = 1, message = "must be at most 1h")
        Duration duration) {}
