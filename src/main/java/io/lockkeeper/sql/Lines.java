package io.lockkeeper.sql;

import java.util.Arrays;

/// Where the lines of a text begin. A line ends with a line feed.
final class Lines {
    private final String text;
    private final int[] starts;

    Lines(String text) {
        this.text = text;
        int[] found = new int[16];
        int count = 1;
        for (int at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
            if (count == found.length) {
                found = Arrays.copyOf(found, 2 * count);
            }
            found[count++] = at + 1;
        }
        starts = Arrays.copyOf(found, count);
    }

    int line(int position) {
        int found = Arrays.binarySearch(starts, position);
        return found >= 0 ? found + 1 : -found - 1;
    }

    /// In code points, from 1. A mark at the beginning of the text that tells the byte order is no column.
    int column(int position) {
        int start = starts[line(position) - 1];
        if (start == 0 && position > 0 && text.charAt(0) == '\uFEFF') {
            start = 1;
        }
        return text.codePointCount(start, position) + 1;
    }

    SqlFault fault(int position, String detail) {
        return new SqlFault(position, line(position), column(position), detail);
    }
}
