package io.lockkeeper.sleep;

import java.time.Duration;

/// @param slept by the clock of this instance
public record SleepResult(Duration slept) {}
