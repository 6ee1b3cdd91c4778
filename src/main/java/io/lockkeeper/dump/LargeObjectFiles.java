package io.lockkeeper.dump;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Holds the lists of large objects in a directory (`blobs.toc`, or `blobs_N.toc` with lines such as `70001
/// blob_70001.dat`) against the files that are there.
final class LargeObjectFiles {
    private static final Pattern LINE = Pattern.compile("(\\d{1,10}) blob_\\1\\.dat");
    private static final int LONGEST_LINE = 100;

    private final Set<Long> listed = new HashSet<>();
    private final Set<Long> found = new HashSet<>();

    synchronized void found(long oid) {
        if (!found.add(oid)) {
            throw DumpFailure.damaged("There are two files of the large object " + oid + ".");
        }
    }

    Intake<Integer> list() {
        return new Lines();
    }

    synchronized void complete() {
        Set<Long> missing = new TreeSet<>(listed);
        missing.removeAll(found);
        if (!missing.isEmpty()) {
            throw DumpFailure.truncated("The dump has no data for the large object "
                    + missing.iterator().next()
                    + (missing.size() == 1 ? "." : " and " + (missing.size() - 1) + " more."));
        }
        Set<Long> unlisted = new TreeSet<>(found);
        unlisted.removeAll(listed);
        if (!unlisted.isEmpty()) {
            throw DumpFailure.truncated(
                    "No list names the large object " + unlisted.iterator().next() + ".");
        }
    }

    private synchronized void add(String line) {
        Matcher parts = LINE.matcher(line);
        if (!parts.matches() || !listed.add(Long.valueOf(parts.group(1)))) {
            throw DumpFailure.damaged("A list of large objects has a line that makes no sense.");
        }
    }

    private final class Lines implements Intake<Integer> {
        private final ByteArrayOutputStream line = new ByteArrayOutputStream();
        private int count;

        @Override
        public void accept(byte[] buffer, int offset, int length) {
            for (int at = offset; at < offset + length; at++) {
                if (buffer[at] == '\n') {
                    add(line.toString(StandardCharsets.US_ASCII));
                    line.reset();
                    count++;
                } else if (line.size() < LONGEST_LINE) {
                    line.write(buffer[at]);
                }
            }
        }

        @Override
        public Integer complete() {
            if (line.size() > 0) {
                throw DumpFailure.truncated("A list of large objects ends within a line.");
            }
            return count;
        }
    }
}
