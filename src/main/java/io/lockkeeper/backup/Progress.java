package io.lockkeeper.backup;

import io.lockkeeper.job.JobContext;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// How far a backup is, in bytes as the tool writes them against those that the catalogue knows of: an
/// estimate, since text is not as long as what it stands for. From any thread.
final class Progress {
    private static final long[] UNITS = {1_000_000_000_000L, 1_000_000_000L, 1_000_000L, 1_000L};
    private static final String[] NAMES = {" TB", " GB", " MB", " kB"};

    private final JobContext job;
    private final long expected;
    private final int tables;
    private final long began = System.nanoTime();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicInteger done = new AtomicInteger();

    Progress(JobContext job, long expected, int tables) {
        this.job = job;
        this.expected = Math.max(1, expected);
        this.tables = tables;
    }

    void read(long more) {
        bytes.addAndGet(more);
    }

    void tableDone() {
        done.incrementAndGet();
    }

    long bytes() {
        return bytes.get();
    }

    double megabytesPerSecond() {
        return Math.round(bytes.get() / Math.max(1e-3, seconds()) / 1e5) / 10.0;
    }

    void tell() {
        long read = bytes.get();
        int percent = (int) Math.min(99, 100.0 * read / expected);
        String tablesDone = tables == 0 ? "" : done.get() + " of " + tables + " tables, ";
        job.progress(percent, tablesDone + text(read) + " of about " + text(expected) + timeLeft(read, percent));
    }

    /// Said once it is more than a guess.
    private String timeLeft(long read, int percent) {
        double seconds = seconds();
        if (percent < 2 || percent == 99 || seconds < 2) {
            return "";
        }
        Duration left = Duration.ofSeconds((long) Math.ceil(seconds / read * (expected - read)));
        return ", about " + (left.toMinutes() >= 2 ? left.toMinutes() + " min" : left.toSeconds() + " s") + " left";
    }

    private double seconds() {
        return (System.nanoTime() - began) / 1e9;
    }

    static String text(long bytes) {
        for (int i = 0; i < UNITS.length; i++) {
            if (bytes >= UNITS[i]) {
                return Math.round(10.0 * bytes / UNITS[i]) / 10.0 + NAMES[i];
            }
        }
        return bytes + " B";
    }
}
