package io.lockkeeper.migration;

/// A try that was given up because of locks. Whoever runs statements rolls back and lets it pass: the
/// governor begins the next try.
final class LockContention extends RuntimeException {
    LockContention(String why, Throwable cause) {
        super(why, cause);
    }
}
