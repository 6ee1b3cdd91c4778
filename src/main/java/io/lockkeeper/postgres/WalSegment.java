package io.lockkeeper.postgres;

import java.util.regex.Pattern;

/// A file of a cluster's write-ahead log: the timeline that it was written on, and its place in the whole log. How it
/// is called depends on the size that the cluster gives to all of them.
public record WalSegment(int timeline, long number, long size) implements Comparable<WalSegment> {
    private static final Pattern NAME = Pattern.compile("[0-9A-F]{24}");

    public static boolean isName(String name) {
        return NAME.matcher(name).matches();
    }

    public static WalSegment named(String name, long size) {
        if (!isName(name)) {
            throw new IllegalArgumentException("\"" + name + "\" is no segment of a write-ahead log");
        }
        long high = Long.parseLong(name.substring(8, 16), 16);
        long low = Long.parseLong(name.substring(16), 16);
        return new WalSegment(Integer.parseUnsignedInt(name.substring(0, 8), 16), high * inOneId(size) + low, size);
    }

    /// The one that holds this position.
    public static WalSegment holding(int timeline, Lsn lsn, long size) {
        return new WalSegment(timeline, Long.divideUnsigned(lsn.position(), size), size);
    }

    public String name() {
        return String.format("%08X%08X%08X", timeline, number / inOneId(size), number % inOneId(size));
    }

    public Lsn start() {
        return new Lsn(number * size);
    }

    /// The first position after it.
    public Lsn end() {
        return new Lsn((number + 1) * size);
    }

    public WalSegment next() {
        return new WalSegment(timeline, number + 1, size);
    }

    private static long inOneId(long size) {
        return 0x1_0000_0000L / size;
    }

    @Override
    public int compareTo(WalSegment other) {
        int byPlace = Long.compare(number, other.number);
        return byPlace != 0 ? byPlace : Integer.compareUnsigned(timeline, other.timeline);
    }
}
