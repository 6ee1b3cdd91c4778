package io.lockkeeper.migration.format;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/// Flyway's: over the lines without what ends them.
final class FlywayChecksum {
    private FlywayChecksum() {}

    static String of(String text) {
        CRC32 sum = new CRC32();
        text.lines().forEach(line -> sum.update(line.getBytes(StandardCharsets.UTF_8)));
        return Integer.toString((int) sum.getValue());
    }
}
