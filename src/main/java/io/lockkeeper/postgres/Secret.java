package io.lockkeeper.postgres;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Objects;

/// A text that must not be seen: it prints as `***`, refuses to become JSON, and is read in one place, by name.
public final class Secret {
    private final String value;

    public Secret(String value) {
        this.value = Objects.requireNonNull(value);
    }

    @JsonCreator
    static Secret of(String value) {
        return new Secret(value);
    }

    /// The text itself. Whoever calls this promises to hand it on to a server or a child's password file, nothing else.
    public String reveal() {
        return value;
    }

    /// Jackson asks here; an exception is better than an empty object that nobody notices.
    @JsonValue
    String refuseToBecomeJson() {
        throw new UnsupportedOperationException("a secret does not become JSON");
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Secret that
                && MessageDigest.isEqual(
                        value.getBytes(StandardCharsets.UTF_8), that.value.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public int hashCode() {
        return Secret.class.hashCode();
    }

    @Override
    public String toString() {
        return "***";
    }
}
