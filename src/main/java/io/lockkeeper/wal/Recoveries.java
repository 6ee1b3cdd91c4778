package io.lockkeeper.wal;

import io.lockkeeper.backup.BaseBackup;
import io.lockkeeper.backup.BaseBackups;
import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.lockkeeper.wal.WalSegmentStore.Run;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// Finds the way back to a time, for features that go it. Blocks: for virtual threads.
@Singleton
public class Recoveries {
    private final BaseBackups backups;
    private final WalSegmentStore segments;

    Recoveries(BaseBackups backups, WalSegmentStore segments) {
        this.backups = backups;
        this.segments = segments;
    }

    /// The latest backup before that time from which the log leads there without a hole.
    ///
    /// @throws Refused 422 `not-recoverable` or `wal-gap`, which names what is missing
    public RecoveryPlan to(String target, Instant time) throws InterruptedException {
        List<BaseBackup> before = backups.of(target).stream()
                .filter(backup -> !backup.at().isAfter(time))
                .sorted(Comparator.comparing(BaseBackup::at).reversed())
                .toList();
        if (before.isEmpty()) {
            throw refused(
                    "not-recoverable",
                    "Target " + target + " has no physical backup that was complete at " + time + ".");
        }
        for (BaseBackup backup : before) {
            Optional<RecoveryPlan> plan = plan(target, backup, time);
            if (plan.isPresent()) {
                return plan.get();
            }
        }
        throw gap(target, before.getFirst(), time);
    }

    /// The same, beginning with one backup.
    public RecoveryPlan from(long backup, String target, Instant time) throws InterruptedException {
        BaseBackup base = backups.of(target).stream()
                .filter(each -> each.id() == backup && !each.at().isAfter(time))
                .findFirst()
                .orElseThrow(() -> refused(
                        "not-recoverable",
                        "Backup " + backup + " of target " + target + " was not complete at " + time + "."));
        Optional<RecoveryPlan> plan = plan(target, base, time);
        if (plan.isEmpty()) {
            throw gap(target, base, time);
        }
        return plan.get();
    }

    private Optional<RecoveryPlan> plan(String target, BaseBackup backup, Instant time) throws InterruptedException {
        String cluster = backup.systemIdentifier();
        Optional<Run> run = Recoverable.runOf(backup, segments.runs(target, cluster));
        if (run.isEmpty()) {
            return Optional.empty();
        }
        long first = backup.end().position() / run.get().segmentBytes();
        Optional<Long> last =
                segments.firstCovering(target, cluster, first, run.get().last(), time);
        if (last.isEmpty()) {
            return Optional.empty();
        }
        // One more, if there is one: recovery to a time ends at the first commit after it.
        List<StoredSegment> log = segments.between(
                target, cluster, first, Math.min(last.get() + 1, run.get().last()));
        return Optional.of(new RecoveryPlan(
                backup.id(),
                cluster,
                time,
                log.stream()
                        .map(each -> new RecoveryPlan.LogFile(each.name(), each.depot(), each.folder(), each.sha256()))
                        .toList()));
    }

    private Refused gap(String target, BaseBackup backup, Instant time) throws InterruptedException {
        Optional<Run> run = Recoverable.runOf(backup, segments.runs(target, backup.systemIdentifier()));
        String how = run.map(log -> "the archived log goes on without a hole until "
                        + (log.coversUntil() == null ? "a time that is not known" : log.coversUntil()))
                .orElse("the log after it was not archived");
        return refused(
                "wal-gap",
                "Target " + target + " cannot be brought back to " + time + ": the last backup before is " + backup.id()
                        + " of " + backup.at() + ", and " + how + ".");
    }

    private static Refused refused(String code, String detail) {
        return new Refused(Problem.unprocessable(code, detail));
    }
}
