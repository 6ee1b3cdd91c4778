package io.lockkeeper.wal;

import io.lockkeeper.backup.BaseBackup;
import io.lockkeeper.wal.WalSegmentStore.Run;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/// A stretch of time to any moment of which the cluster can be brought back: a physical backup, and all log since.
///
/// @param backup the earliest one that it begins with
@Schema(name = "RecoverableWindow")
public record Recoverable(Instant from, Instant until, long backup) {

    /// Windows that follow from these backups and stretches of log, in the order of time. A backup alone is one moment.
    static List<Recoverable> windows(List<BaseBackup> backups, List<Run> runs) {
        List<Recoverable> windows = new ArrayList<>();
        Run last = null;
        for (BaseBackup backup : backups) {
            Optional<Run> run = runOf(backup, runs);
            boolean seen = run.isPresent() && run.get() == last;
            if (!seen) {
                windows.add(new Recoverable(backup.at(), until(backup, run), backup.id()));
            }
            last = run.orElse(null);
        }
        return windows;
    }

    /// The log that goes on where the one in the backup ends.
    static Optional<Run> runOf(BaseBackup backup, List<Run> runs) {
        return runs.stream()
                .filter(run -> run.holds(backup.end().position() / run.segmentBytes()))
                .findFirst();
    }

    private static Instant until(BaseBackup backup, Optional<Run> run) {
        return run.map(Run::coversUntil)
                .filter(covered -> covered.isAfter(backup.at()))
                .orElse(backup.at());
    }
}
