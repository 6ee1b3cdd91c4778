package io.lockkeeper.migration;

import java.util.List;
import java.util.stream.Collectors;

/// A migration did not get its locks in all of its tries; nothing of the transaction has had an effect.
final class LockNotGot extends RuntimeException {
    private final transient List<Blocker> blockers;

    LockNotGot(String why, int tries, List<Blocker> blockers, Throwable cause) {
        super(
                why + ", after " + tries + (tries == 1 ? " try." : " tries.")
                        + (blockers.isEmpty()
                                ? ""
                                : " In the way: "
                                        + blockers.stream()
                                                .map(Blocker::toString)
                                                .collect(Collectors.joining("; "))),
                cause);
        this.blockers = List.copyOf(blockers);
    }

    /// Who was in the way at last.
    List<Blocker> blockers() {
        return blockers;
    }
}
