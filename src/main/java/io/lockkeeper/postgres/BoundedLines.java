package io.lockkeeper.postgres;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/// Lines of a stranger: none is longer than the bound in memory, what is over is replaced by an ellipsis;
/// bytes that are no UTF-8 become replacement characters.
final class BoundedLines {
    private BoundedLines() {}

    static void read(InputStream from, int longest, Consumer<String> lines) throws IOException {
        var reader = new BufferedReader(new InputStreamReader(from, StandardCharsets.UTF_8));
        var line = new StringBuilder();
        boolean open = false;
        for (int c = reader.read(); c >= 0; c = reader.read()) {
            open = c != '\n';
            if (!open) {
                lines.accept(finished(line, longest));
                line.setLength(0);
            } else if (line.length() <= longest) {
                line.append((char) c);
            }
        }
        if (open) {
            lines.accept(finished(line, longest));
        }
    }

    private static String finished(StringBuilder line, int longest) {
        if (line.length() > longest) {
            return line.substring(0, longest) + "…";
        }
        boolean carriageReturn = !line.isEmpty() && line.charAt(line.length() - 1) == '\r';
        return carriageReturn ? line.substring(0, line.length() - 1) : line.toString();
    }
}
