package io.lockkeeper.dump;

import org.jspecify.annotations.Nullable;

/// @param sha256 of its bytes; absent where only sizes were taken
public record LargeObject(long oid, long size, @Nullable String sha256) {}
