package io.lockkeeper.postgres;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A position in a cluster's write-ahead log, written as `16/B374D848`. Compared as the server does: without a sign.
public record Lsn(long position) implements Comparable<Lsn> {
    private static final Pattern WRITTEN = Pattern.compile("([0-9A-Fa-f]{1,8})/([0-9A-Fa-f]{1,8})");

    public static Lsn parse(String text) {
        Matcher written = WRITTEN.matcher(text);
        if (!written.matches()) {
            throw new IllegalArgumentException("\"" + text + "\" is no position in a write-ahead log");
        }
        return new Lsn(Long.parseLong(written.group(1), 16) << 32 | Long.parseLong(written.group(2), 16));
    }

    /// How many bytes of log lie between that one and this; none if this one is earlier.
    public long bytesAfter(Lsn earlier) {
        return compareTo(earlier) <= 0 ? 0 : position - earlier.position;
    }

    @Override
    public int compareTo(Lsn other) {
        return Long.compareUnsigned(position, other.position);
    }

    @Override
    public String toString() {
        return String.format("%X/%X", position >>> 32, position & 0xFFFF_FFFFL);
    }
}
