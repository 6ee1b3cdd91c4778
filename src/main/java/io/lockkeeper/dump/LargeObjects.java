package io.lockkeeper.dump;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// All large objects of a database.
///
/// @param sum four sums modulo 2^64 over the quarters of a SHA-256 of each object's number, size and
///     content, as 64 hexadecimal digits
/// @param each by their numbers; empty when there are more than 5,000
public record LargeObjects(long count, long bytes, @Nullable String sum, List<LargeObject> each) {
    static final int MOST_NAMED = 5_000;

    public LargeObjects {
        each = List.copyOf(each);
    }
}
