package io.lockkeeper.store;

/// Lockkeeper cannot start as it is configured. The message is one sentence for the operator and holds no secret.
public final class StartRefused extends RuntimeException {
    StartRefused(String sentence) {
        super(sentence, null, false, false);
    }
}
