package io.lockkeeper.dump;

import java.util.Arrays;

/// Gives bytes to an intake as a pipe would: in chunks, out of a buffer that is used again.
final class Feeding {
    private Feeding() {}

    static <T> T read(Intake<T> intake, byte[] bytes, int chunk) {
        feed(intake, bytes, chunk);
        return intake.complete();
    }

    static void feed(Intake<?> intake, byte[] bytes, int chunk) {
        byte[] buffer = new byte[Math.min(chunk, bytes.length) + 2];
        for (int at = 0; at < bytes.length; at += Math.min(chunk, bytes.length - at)) {
            int count = Math.min(chunk, bytes.length - at);
            System.arraycopy(bytes, at, buffer, 1, count);
            intake.accept(buffer, 1, count);
            Arrays.fill(buffer, (byte) '\n');
        }
    }
}
