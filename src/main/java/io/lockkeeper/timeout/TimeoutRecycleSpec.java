package io.lockkeeper.timeout;

import java.time.Duration;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// @param idleFor leave those alone that did something within this time
public record TimeoutRecycleSpec(
        @Schema(description = "Only sessions that have been idle for so long", defaultValue = "0s", examples = "10s")
        @Nullable
        Duration idleFor) {

    public TimeoutRecycleSpec {
        idleFor = idleFor == null ? Duration.ZERO : idleFor;
    }
}
