package io.lockkeeper.dump;

import com.dynatrace.hash4j.hashing.HashStream128;
import com.dynatrace.hash4j.hashing.HashValue128;
import com.dynatrace.hash4j.hashing.Hasher128;
import com.dynatrace.hash4j.hashing.Hashing;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Sums up the rows of one table from its COPY text: lines, then `\.`, then nothing but empty lines. A
/// row that is whole within one chunk is hashed where it lies; one that is spread over several is hashed
/// bit by bit, however long it is.
final class RowSums implements Intake<TableSum> {
    private static final Hasher128 HASHER = Hashing.xxh3_128();
    private static final int END_MARK = '\\' << Byte.SIZE | '.';

    private final String table;
    private final Level level;
    private final @Nullable ColumnOrder order;
    private final HashStream128 spread = HASHER.hashStream();

    private long rows;
    private long high;
    private long low;

    /// Of the row that began in an earlier chunk, or -1: none did.
    private long begun = -1;

    /// Its first two bytes.
    private int head;

    private boolean ended;
    private int emptyLines;

    private RowSums(String table, Level level, @Nullable ColumnOrder order) {
        this.table = table;
        this.level = level;
        this.order = order;
    }

    /// @param table for messages
    static RowSums of(String table, Level level) {
        return new RowSums(table, level, null);
    }

    /// Sums up as if the columns, which come as `dumped`, had come as `wanted`. Where these are not the
    /// same columns, they are taken as they come: then the tables differ anyway.
    static RowSums of(String table, Level level, List<String> dumped, List<String> wanted) {
        return new RowSums(
                table,
                level,
                level == Level.FULL ? ColumnOrder.from(dumped, wanted).orElse(null) : null);
    }

    @Override
    public void accept(byte[] buffer, int offset, int length) {
        int end = offset + length;
        for (int at = take(buffer, offset, end); at < end; at++) {
            if (buffer[at] != '\n') {
                throw DumpFailure.damaged("Something follows the end of the rows of " + table + ".");
            }
            emptyLines++;
        }
    }

    /// In an archive, two empty lines follow the end mark.
    @Override
    public boolean isWhole() {
        return ended && emptyLines == 2;
    }

    /// Up to the end mark, if that is there: where the rest begins.
    int take(byte[] buffer, int from, int end) {
        int at = from;
        while (at < end && !ended) {
            int newline = Newline.in(buffer, at, end);
            if (newline < 0) {
                begin(buffer, at, end - at);
                return end;
            }
            row(buffer, at, newline - at);
            at = newline + 1;
        }
        return at;
    }

    boolean hasEnded() {
        return ended;
    }

    @Override
    public TableSum complete() {
        if (!ended) {
            throw DumpFailure.truncated(
                    "The rows of " + table + " end without their end mark, after " + rows + " of them.");
        }
        return level == Level.FULL ? TableSum.of(rows, high, low) : new TableSum(rows, null);
    }

    private void row(byte[] buffer, int from, int length) {
        if (begun >= 0) {
            begin(buffer, from, length);
            finish();
        } else if (length == 2 && buffer[from] == '\\' && buffer[from + 1] == '.') {
            ended = true;
        } else {
            rows++;
            if (order != null) {
                order.whole(buffer, from, length, this::add);
            } else if (level == Level.FULL) {
                add(HASHER.hashBytesTo128Bits(buffer, from, length));
            }
        }
    }

    private void begin(byte[] buffer, int from, int length) {
        if (begun < 0) {
            begun = 0;
            head = 0;
        }
        for (int i = 0; i < length && begun + i < 2; i++) {
            head = head << Byte.SIZE | buffer[from + i] & 0xff;
        }
        begun += length;
        if (order != null) {
            order.part(buffer, from, length);
        } else if (level == Level.FULL) {
            spread.putBytes(buffer, from, length);
        }
    }

    private void finish() {
        ended = begun == 2 && head == END_MARK;
        begun = -1;
        if (ended) {
            return;
        }
        rows++;
        if (order != null) {
            order.finish(this::add);
        } else if (level == Level.FULL) {
            add(spread.get());
            spread.reset();
        }
    }

    private void add(HashValue128 hash) {
        high += hash.getMostSignificantBits();
        low += hash.getLeastSignificantBits();
    }
}
