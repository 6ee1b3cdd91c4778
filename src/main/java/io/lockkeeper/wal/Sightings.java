package io.lockkeeper.wal;

import io.lockkeeper.postgres.Lsn;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// When the server's log was seen at which position: whoever has the log up to there has all that was committed until
/// then. For one thread.
final class Sightings {
    private static final int MOST = 4096;

    private final TreeMap<Lsn, Instant> seen = new TreeMap<>();

    void add(@Nullable Instant at, Lsn end) {
        if (at == null) {
            return;
        }
        seen.merge(end, at, (one, other) -> one.isAfter(other) ? one : other);
        if (seen.size() > MOST) {
            thin();
        }
    }

    /// Until when the log up to this position has everything. What lies before it is forgotten.
    Optional<Instant> coveredBy(Lsn end) {
        Map.Entry<Lsn, Instant> last = seen.floorEntry(end);
        if (last == null) {
            return Optional.empty();
        }
        seen.headMap(last.getKey(), false).clear();
        return Optional.of(last.getValue());
    }

    /// Far behind, a coarser answer does; it is never one too late.
    private void thin() {
        boolean drop = false;
        for (var each = seen.keySet().iterator(); each.hasNext(); drop = !drop) {
            each.next();
            if (drop) {
                each.remove();
            }
        }
    }
}
