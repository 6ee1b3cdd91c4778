package io.lockkeeper.backup;

import org.jspecify.annotations.Nullable;

/// A backup as it should lie in its depot.
record Lying(
        long id,
        String target,
        String depot,
        String folder,
        String sha256,
        @Nullable String key,
        long bytes) {}
