package io.lockkeeper.restore;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a restore test leaves with its job; GET /restore-tests/{id} and its report have the rest. A test that found a
/// backup broken has done its work: look at `verdict`, not at the job's state alone.
///
/// @param reasons at most 100 of `reasonCount`
/// @param evidence SHA-256 of the report
public record RestoreTestResult(
        long restoreTest,
        long backup,
        Verdict verdict,
        int reasonCount,
        List<Reason> reasons,
        List<String> notes,
        Compared compared,
        int checksPassed,
        int checksFailed,
        @Nullable Long timeToRestoreMs,
        long dataAgeSeconds,
        String evidence,
        @Nullable Instant keptUntil) {
    private static final int MOST = 100;

    static RestoreTestResult of(RestoreTestView test) {
        RestoreReport report = test.report();
        int passed = (int) report.checks().stream().filter(CheckOutcome::passed).count();
        return new RestoreTestResult(
                test.id(),
                test.backup(),
                report.verdict(),
                report.reasonCount(),
                report.reasons().stream().limit(MOST).toList(),
                report.notes().stream().limit(MOST).toList(),
                report.compared(),
                passed,
                report.checks().size() - passed,
                report.timeToRestoreMs(),
                report.dataAgeSeconds(),
                test.evidence(),
                test.keptUntil());
    }
}
