package io.lockkeeper.postgres;

import java.nio.charset.StandardCharsets;

/// Names of things inside a database, made safe to stand in SQL text.
public final class Identifiers {
    /// PostgreSQL cuts longer names with a mere notice: `ALTER ROLE` on a name of 70 bytes alters somebody else.
    public static final int MAX_BYTES = 63;

    private Identifiers() {}

    public static String quote(String name) {
        return '"' + checked(name).replace("\"", "\"\"") + '"';
    }

    public static String quote(String schema, String name) {
        return quote(schema) + '.' + quote(name);
    }

    /// The name as it is, if a name it can be.
    public static String checked(String name) {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("a name must not be empty");
        }
        if (name.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("a name must not hold the character NUL");
        }
        if (name.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
            throw new IllegalArgumentException("a name has at most " + MAX_BYTES + " bytes: " + name);
        }
        return name;
    }
}
