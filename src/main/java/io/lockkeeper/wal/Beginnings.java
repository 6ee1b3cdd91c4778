package io.lockkeeper.wal;

import io.lockkeeper.postgres.WalSegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// Where receiving may begin, the best first: with the last segment that was archived, so that it is
/// compared, and a server that only looks like the one from before is found out; with the next one; on the
/// server's timeline, if that is another one by now; with what our slot holds. What a server does not have
/// any more, or never had, is tried no second time.
final class Beginnings {
    /// In the words of the server.
    private static final Pattern NOT_THERE =
            Pattern.compile("has already been removed|is not in this server's history|ahead of the WAL flush position");

    private final List<WalSegment> left = new ArrayList<>();

    Beginnings(LogState state, Optional<WalSegment> last) {
        WalSegment held = WalSegment.holding(state.timeline(), state.slotHolds(), state.segmentBytes());
        last.ifPresent(archived -> {
            add(archived);
            add(archived.next());
            if (archived.timeline() != state.timeline()) {
                add(new WalSegment(state.timeline(), archived.number(), state.segmentBytes()));
                add(new WalSegment(state.timeline(), archived.number() + 1, state.segmentBytes()));
            }
        });
        add(held);
    }

    private void add(WalSegment segment) {
        if (!left.contains(segment)) {
            left.add(segment);
        }
    }

    WalSegment best() {
        return left.getFirst();
    }

    /// @return whether there is another one to try after these last words
    boolean another(String lastWords) {
        boolean another = NOT_THERE.matcher(lastWords).find() && left.size() > 1;
        if (another) {
            left.removeFirst();
        }
        return another;
    }
}
