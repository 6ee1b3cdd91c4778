package io.lockkeeper.sleep;

import java.time.Duration;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/// @param duration how long the target's server shall sleep
public record SleepSpec(
        @Schema(description = "How long", examples = "2s") Duration duration) {
    private static final Duration LONGEST = Duration.ofHours(1);

    public SleepSpec {
        if (duration.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("duration must be at most 1h, not " + duration);
        }
    }
}
