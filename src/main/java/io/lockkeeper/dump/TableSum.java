package io.lockkeeper.dump;

import org.jspecify.annotations.Nullable;

/// The content of a table without the order of its rows.
///
/// @param hash 32 hexadecimal digits: two sums modulo 2^64 over the halves of a 128-bit hash of each
///     row's COPY text. Absent where only rows were counted
public record TableSum(long rows, @Nullable String hash) {
    private static final int HALF = 16;

    static TableSum of(long rows, long high, long low) {
        return new TableSum(rows, hex(high) + hex(low));
    }

    /// The sum of both, as of two partitions of one table.
    public TableSum plus(TableSum other) {
        long all = rows + other.rows;
        return hash == null || other.hash == null
                ? new TableSum(all, null)
                : of(all, half(hash, 0) + half(other.hash, 0), half(hash, HALF) + half(other.hash, HALF));
    }

    private static long half(String hash, int from) {
        return Long.parseUnsignedLong(hash, from, from + HALF, HALF);
    }

    private static String hex(long half) {
        String digits = Long.toHexString(half);
        return "0".repeat(HALF - digits.length()) + digits;
    }
}
