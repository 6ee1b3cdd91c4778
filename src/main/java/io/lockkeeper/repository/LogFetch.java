package io.lockkeeper.repository;

import io.lockkeeper.postgres.Lsn;
import io.lockkeeper.postgres.WalSegment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/// Brings the log that was written while a backup was taken: without it, its files are no cluster.
record LogFetch(Keeper keeper, Asking asking, Landing landing) {
    private static final long SMALLEST = 1L << 20;
    private static final long LARGEST = 1L << 30;
    private static final long MOST = 1_000_000;

    /// @param end of the backup in the log
    void upTo(Lsn end) throws IOException, InterruptedException {
        BackupLabel label = BackupLabel.in(landing.data())
                .orElseThrow(() -> new RepositoryFetch.Damaged(
                        "its files have no backup_label, which says where in the" + " log it begins"));
        demand(label.firstSegment());
        long size = Files.size(landing.log().resolve(label.firstSegment()));
        if (Long.bitCount(size) != 1 || size < SMALLEST || size > LARGEST) {
            throw new RepositoryFetch.Damaged(
                    "segment " + label.firstSegment() + " of its log is of " + size + " bytes, which none can be");
        }
        WalSegment last = label.last(end, size);
        if (last.number() - label.first(size).number() > MOST) {
            throw asking.refused("repository-not-understood", "told of more than " + MOST + " segments of log");
        }
        for (WalSegment next = label.first(size).next(); next.compareTo(last) <= 0; next = next.next()) {
            demand(next.name());
        }
        if (label.history().isPresent()) {
            fetch(label.history().get());
        }
    }

    private void demand(String segment) throws IOException, InterruptedException {
        if (!fetch(segment)) {
            throw new RepositoryFetch.Damaged(
                    "the repository does not have segment " + segment
                            + " of the log, which was written while the backup was taken: without it the backup cannot be restored");
        }
    }

    /// @return false: it is not there
    private boolean fetch(String file) throws IOException, InterruptedException {
        Asking.Ended ended = asking.briefly(keeper.fetchingLog(file, landing));
        Path fetched = landing.log().resolve(file);
        if (ended.well() && Files.isRegularFile(fetched, LinkOption.NOFOLLOW_LINKS)) {
            return true;
        }
        if (!keeper.isWithoutLog(ended)) {
            throw asking.refused(ended);
        }
        Files.deleteIfExists(fetched); // Barman leaves an empty one
        return false;
    }
}
