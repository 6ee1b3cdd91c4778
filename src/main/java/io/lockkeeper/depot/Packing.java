package io.lockkeeper.depot;

import org.jspecify.annotations.Nullable;

/// How an artifact is packed on its way into a depot. Without a key it is sealed with the depot's, if that
/// has one: a caller can choose another key, and cannot go without. It is written no faster than either it or
/// the depot says.
public record Packing(
        Compression compression,
        @Nullable String key,
        @Nullable Long bytesPerSecond) {

    public Packing {
        if (bytesPerSecond != null && bytesPerSecond < Throttle.SLOWEST) {
            throw new IllegalArgumentException(
                    "bytesPerSecond must be at least " + Throttle.SLOWEST + ", not " + bytesPerSecond);
        }
    }
}
