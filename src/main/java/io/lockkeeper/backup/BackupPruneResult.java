package io.lockkeeper.backup;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What stays, what goes (or, after apply, has gone), and why.
///
/// @param bytes that go
/// @param unswept how many have gone from the list while their files are still to be removed: their depot
/// did not let us; it is tried again every minute
/// @param backups newest first; if there are more than 2000, those that go before those that stay, and 2000
/// of them
public record BackupPruneResult(
        BackupPruneSpec.Mode mode, int kept, int gone, long bytes, int unswept, List<Decided> backups) {
    static final int MOST = 2000;

    /// @param keptFor why it stays; empty: it goes
    /// @param apart why it was counted apart: missing, broken, key lost
    public record Decided(
            long backup,
            BackupSpec.Method method,
            Instant takenAt,
            long bytes,
            boolean goes,
            List<String> keptFor,
            @Nullable String apart) {

        static Decided of(Keeping.Fate fate) {
            Keepable backup = fate.backup();
            return new Decided(
                    backup.id(),
                    backup.method(),
                    backup.takenAt(),
                    backup.bytes(),
                    fate.goes(),
                    fate.reasons(),
                    backup.apart());
        }
    }

    static BackupPruneResult of(BackupPruneSpec.Mode mode, List<Decided> all, int unswept) {
        List<Decided> going = all.stream().filter(Decided::goes).toList();
        return new BackupPruneResult(
                mode,
                all.size() - going.size(),
                going.size(),
                going.stream().mapToLong(Decided::bytes).sum(),
                unswept,
                shown(all));
    }

    private static List<Decided> shown(List<Decided> all) {
        return all.size() <= MOST
                ? all
                : all.stream()
                        .sorted(Comparator.comparing(Decided::goes).reversed())
                        .limit(MOST)
                        .toList();
    }
}
