package io.lockkeeper.depot;

/// How large the parts of an upload are whose size nobody knows before its end. A server takes 10,000 parts
/// and 5 TiB: small parts first, because they are kept in memory; then twice as large every 800.
final class PartSizes {
    static final int SMALLEST = 8 * 1024 * 1024;
    static final int LARGEST = 1024 * 1024 * 1024;
    static final int MOST_PARTS = 10_000;
    private static final int EVERY = 800;

    private PartSizes() {}

    /// Of the part with this number, from 1.
    static int of(int part) {
        int doublings = Math.min((part - 1) / EVERY, 7);
        return Math.min(SMALLEST << doublings, LARGEST);
    }
}
