package io.lockkeeper.target;

import org.jspecify.annotations.Nullable;

/// A credential as it lies in the store: a reference, or a sealed text.
record KeptCredential(
        @Nullable String store,
        @Nullable String key,
        @Nullable String sealed) {
    static KeptCredential reference(String store, String key) {
        return new KeptCredential(store, key, null);
    }

    static KeptCredential sealed(String text) {
        return new KeptCredential(null, null, text);
    }
}
