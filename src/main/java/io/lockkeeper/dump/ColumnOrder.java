package io.lockkeeper.dump;

import com.dynatrace.hash4j.hashing.HashValue128;
import com.dynatrace.hash4j.hashing.Hasher128;
import com.dynatrace.hash4j.hashing.Hashing;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// Brings the columns of rows into another order. A partition may have other places for its columns than
/// its root, and a child table may get other places when it is restored. In COPY text a tab is always a
/// border: values have theirs escaped.
final class ColumnOrder {
    private static final Hasher128 HASHER = Hashing.xxh3_128();
    private static final int LONGEST_ROW = 1 << 30;

    /// For each place which one of the dumped columns stands there.
    private final int[] places;

    private final int[] starts;
    private byte[] gathered = new byte[0];
    private byte[] arranged = new byte[0];
    private int length;

    private ColumnOrder(int[] places) {
        this.places = places;
        this.starts = new int[places.length + 1];
    }

    /// Nothing where there is nothing to do.
    static Optional<ColumnOrder> from(List<String> dumped, List<String> wanted) {
        boolean otherOrder = !dumped.equals(wanted)
                && dumped.size() == wanted.size()
                && new HashSet<>(dumped).equals(new HashSet<>(wanted));
        return otherOrder
                ? Optional.of(new ColumnOrder(
                        wanted.stream().mapToInt(dumped::indexOf).toArray()))
                : Optional.empty();
    }

    void part(byte[] buffer, int from, int count) {
        if (length > LONGEST_ROW - count) {
            throw DumpFailure.unsupported("A row of more than 1 GiB has its columns in another order than its table.");
        }
        gathered = room(gathered, length + count);
        System.arraycopy(buffer, from, gathered, length, count);
        length += count;
    }

    void finish(Consumer<HashValue128> sum) {
        int all = length;
        length = 0;
        whole(gathered, 0, all, sum);
    }

    void whole(byte[] buffer, int from, int count, Consumer<HashValue128> sum) {
        split(buffer, from, count);
        arranged = room(arranged, count + 1);
        int at = 0;
        for (int place : places) {
            int size = starts[place + 1] - starts[place] - 1;
            System.arraycopy(buffer, starts[place], arranged, at, size);
            at += size;
            arranged[at++] = '\t';
        }
        sum.accept(HASHER.hashBytesTo128Bits(arranged, 0, count));
    }

    private void split(byte[] buffer, int from, int count) {
        int column = 0;
        starts[0] = from;
        for (int i = from; i <= from + count; i++) {
            if (i == from + count || buffer[i] == '\t') {
                if (++column > places.length) {
                    break;
                }
                starts[column] = i + 1;
            }
        }
        if (column != places.length) {
            throw DumpFailure.damaged("A row has another number of columns than its table.");
        }
    }

    private static byte[] room(byte[] buffer, int needed) {
        return buffer.length >= needed ? buffer : Arrays.copyOf(buffer, Math.max(needed, 2 * buffer.length));
    }
}
