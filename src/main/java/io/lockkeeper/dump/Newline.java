package io.lockkeeper.dump;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Finds the next newline, eight bytes at a time.
final class Newline {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long EVERY_BYTE = 0x0101010101010101L;
    private static final long NEWLINES = 0x0A0A0A0A0A0A0A0AL;
    private static final long HIGH_BITS = 0x8080808080808080L;

    private Newline() {}

    /// Where the first newline is, from `from` on and before `end`; -1: nowhere.
    static int in(byte[] buffer, int from, int end) {
        int at = from;
        for (; at <= end - Long.BYTES; at += Long.BYTES) {
            long different = (long) LONGS.get(buffer, at) ^ NEWLINES;
            long zeros = (different - EVERY_BYTE) & ~different & HIGH_BITS;
            if (zeros != 0) {
                return at + (Long.numberOfTrailingZeros(zeros) >>> 3);
            }
        }
        for (; at < end; at++) {
            if (buffer[at] == '\n') {
                return at;
            }
        }
        return -1;
    }
}
