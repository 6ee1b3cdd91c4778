package io.lockkeeper.dump;

import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;

/// How many megabytes of COPY text one core sums up in a second, and how many bytes each row costs on the
/// heap.
final class RowSumsBench {
    private static final int TEXT = 64_000_000;
    private static final long AT_LEAST_NANOS = 2_000_000_000L;

    public static void main(String[] arguments) {
        for (int round = 1; round <= 2; round++) {
            for (int bytes : new int[] {20, 100, 1_000, 100_000}) {
                byte[] text = rows(bytes);
                measure(bytes + " bytes a row, full", text, 1 << 16, () -> RowSums.of("t", Level.FULL));
                measure(bytes + " bytes a row, full, a row a call", text, bytes, () -> RowSums.of("t", Level.FULL));
                measure(bytes + " bytes a row, counts", text, 1 << 16, () -> RowSums.of("t", Level.COUNTS));
                measure(
                        bytes + " bytes a row, other order",
                        text,
                        1 << 16,
                        () -> RowSums.of("t", Level.FULL, List.of("a", "b", "c"), List.of("c", "a", "b")));
            }
        }
    }

    private interface Fresh {
        RowSums sums();
    }

    private static void measure(String what, byte[] text, int chunk, Fresh fresh) {
        long allocated = allocated();
        long begin = System.nanoTime();
        long bytes = 0;
        long rows = 0;
        while (System.nanoTime() - begin < AT_LEAST_NANOS) {
            RowSums sums = fresh.sums();
            for (int at = 0; at < text.length; at += chunk) {
                sums.accept(text, at, Math.min(chunk, text.length - at));
            }
            rows += sums.complete().rows();
            bytes += text.length;
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        System.out.printf(
                "%-45s %6.0f MB/s, %.1f bytes of heap a row%n",
                what, bytes / 1e6 / seconds, (allocated() - allocated) / (double) rows);
    }

    private static long allocated() {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        return threads.getCurrentThreadAllocatedBytes();
    }

    private static byte[] rows(int bytes) {
        var random = new Random(1);
        var text = new ByteArrayOutputStream(TEXT + bytes);
        byte[] row = new byte[bytes];
        while (text.size() < TEXT) {
            for (int i = 0; i < bytes; i++) {
                row[i] = (byte) ('a' + random.nextInt(26));
            }
            row[3] = '\t';
            row[7] = '\t';
            row[bytes - 1] = '\n';
            text.write(row, 0, bytes);
        }
        text.writeBytes("\\.\n\n\n".getBytes(StandardCharsets.US_ASCII));
        return text.toByteArray();
    }
}
