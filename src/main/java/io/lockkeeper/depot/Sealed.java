package io.lockkeeper.depot;

import org.jspecify.annotations.Nullable;

/// What is kept of an artifact elsewhere, to know it again: the digest of its manifest, which holds all
/// others. Bytes are those of its content, stored bytes those that lie in the depot, manifest included.
public record Sealed(
        String manifestSha256,
        int files,
        long bytes,
        long storedBytes,
        @Nullable String key,
        @Nullable String recipient) {}
