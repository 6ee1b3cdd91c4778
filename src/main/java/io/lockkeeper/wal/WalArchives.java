package io.lockkeeper.wal;

import io.lockkeeper.backup.BaseBackup;
import io.lockkeeper.backup.BaseBackups;
import io.lockkeeper.postgres.Lsn;
import io.lockkeeper.postgres.WalSegment;
import io.lockkeeper.wal.WalArchiveStore.Declared;
import io.lockkeeper.wal.WalSegmentStore.Run;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Tells how an archive stands, from what is written down about it. Blocks.
@Singleton
class WalArchives {
    private final WalArchiveStore archives;
    private final WalSegmentStore segments;
    private final BaseBackups backups;

    WalArchives(WalArchiveStore archives, WalSegmentStore segments, BaseBackups backups) {
        this.archives = archives;
        this.segments = segments;
        this.backups = backups;
    }

    Optional<WalArchiveView> view(String target) throws InterruptedException {
        Optional<Declared> declared = archives.ofTarget(target);
        return declared.isPresent() ? Optional.of(view(declared.get())) : Optional.empty();
    }

    WalArchiveView view(Declared declared) throws InterruptedException {
        WalArchive archive = declared.archive();
        LogState seen = declared.seen();
        List<Run> runs = seen == null ? List.of() : segments.runs(archive.target(), seen.systemIdentifier());
        List<Recoverable> recoverable = recoverable(archive.target(), seen, runs);
        Recoverable latest = recoverable.isEmpty() ? null : recoverable.getLast();
        return new WalArchiveView(
                archive.target(),
                state(declared),
                archive.depot(),
                archive.slot(),
                archive.switchEvery(),
                declared.declaredAt(),
                seen == null ? null : seen.at(),
                seen == null ? null : seen.systemIdentifier(),
                seen == null ? null : seen.timeline(),
                seen == null ? null : seen.slotStatus(),
                last(archive.target(), seen, runs),
                seen == null ? null : lag(seen, runs),
                seen == null ? List.of() : gaps(runs, seen),
                recoverable,
                latest == null ? null : latest.from(),
                latest == null ? null : latest.until(),
                declared.trouble());
    }

    private List<Recoverable> recoverable(String target, @Nullable LogState seen, List<Run> runs)
            throws InterruptedException {
        if (seen == null) {
            return List.of();
        }
        List<BaseBackup> ofThisCluster = backups.of(target).stream()
                .filter(backup -> backup.systemIdentifier().equals(seen.systemIdentifier()))
                .toList();
        return Recoverable.windows(ofThisCluster, runs);
    }

    private static WalArchiveView.State state(Declared declared) {
        if (declared.archive().ended()) {
            return WalArchiveView.State.ENDING;
        }
        if (declared.trouble() != null) {
            return WalArchiveView.State.TROUBLED;
        }
        return declared.seen() == null ? WalArchiveView.State.STARTING : WalArchiveView.State.ARCHIVING;
    }

    private WalArchiveView.@Nullable Archived last(String target, @Nullable LogState seen, List<Run> runs)
            throws InterruptedException {
        if (seen == null || runs.isEmpty()) {
            return null;
        }
        String name =
                segments.last(target, seen.systemIdentifier()).orElseThrow().name();
        Run run = runs.getLast();
        return new WalArchiveView.Archived(name, run.archivedAt(), run.coversUntil());
    }

    private static WalArchiveView.Lag lag(LogState seen, List<Run> runs) {
        Lsn archived = runs.isEmpty()
                ? seen.slotHolds() == null ? seen.end() : seen.slotHolds()
                : new Lsn((runs.getLast().last() + 1) * seen.segmentBytes());
        Instant covered = runs.isEmpty() ? null : runs.getLast().coversUntil();
        Long seconds = covered == null
                ? null
                : Math.max(0, Duration.between(covered, Instant.now()).toSeconds());
        return new WalArchiveView.Lag(seen.end().bytesAfter(archived), seconds);
    }

    /// Between what lies in depots; and behind it, where the server has no more what comes next.
    static List<WalArchiveView.Gap> gaps(List<Run> runs, LogState seen) {
        List<WalArchiveView.Gap> gaps = new ArrayList<>();
        for (int i = 1; i < runs.size(); i++) {
            gaps.add(gap(runs.get(i - 1).last(), runs.get(i).first(), seen));
        }
        if (!runs.isEmpty() && seen.slotHolds() != null) {
            long held = seen.slotHolds().position() / seen.segmentBytes();
            if (held > runs.getLast().last() + 1) {
                gaps.add(gap(runs.getLast().last(), held, seen));
            }
        }
        return gaps;
    }

    private static WalArchiveView.Gap gap(long before, long after, LogState seen) {
        return new WalArchiveView.Gap(
                new WalSegment(seen.timeline(), before + 1, seen.segmentBytes()).name(),
                new WalSegment(seen.timeline(), after - 1, seen.segmentBytes()).name(),
                after - before - 1);
    }
}
