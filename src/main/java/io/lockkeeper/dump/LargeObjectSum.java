package io.lockkeeper.dump;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;

/// Gathers large objects, in any order: each of them while they are few, their sum in any case.
final class LargeObjectSum {
    private static final int QUARTERS = 4;

    private final List<LargeObject> each = new ArrayList<>();
    private final long[] sum = new long[QUARTERS];
    private long count;
    private long bytes;

    void add(LargeObject object) {
        count++;
        bytes += object.size();
        String facts = object.oid() + ":" + object.size() + ":" + object.sha256();
        ByteBuffer digest = ByteBuffer.wrap(Sha256.fresh().digest(facts.getBytes(StandardCharsets.US_ASCII)));
        for (int i = 0; i < QUARTERS; i++) {
            sum[i] += digest.getLong();
        }
        if (count <= LargeObjects.MOST_NAMED) {
            each.add(object);
        } else {
            each.clear();
        }
    }

    long count() {
        return count;
    }

    LargeObjects all() {
        var quarters = ByteBuffer.allocate(QUARTERS * Long.BYTES);
        for (long quarter : sum) {
            quarters.putLong(quarter);
        }
        List<LargeObject> named =
                each.stream().sorted(Comparator.comparingLong(LargeObject::oid)).toList();
        return new LargeObjects(count, bytes, HexFormat.of().formatHex(quarters.array()), named);
    }
}
