package io.lockkeeper.schedule;

import com.fasterxml.jackson.annotation.JsonProperty;

/// What becomes of times that passed while nobody was there to start anything.
enum OnMissed {
    /// One run for all of them.
    @JsonProperty("run-once")
    RUN_ONCE,
    /// None.
    @JsonProperty("skip")
    SKIP
}
