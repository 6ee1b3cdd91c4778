package io.lockkeeper.target;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What others need to know about a target to accept and schedule work on it.
///
/// @param wayBack whether its migrations must have a way back, or say why not
/// @param rehearsedWithin migrations must have been rehearsed on data that is not older; null: they need not
public record TargetFacts(
        long id,
        String name,
        Map<String, String> labels,
        int approvals,
        List<String> approvalKinds,
        boolean wayBack,
        @Nullable Duration rehearsedWithin,
        int limitJobs) {
    public TargetFacts {
        labels = Map.copyOf(labels);
        approvalKinds = List.copyOf(approvalKinds);
    }

    /// How many people must approve a job of a kind that may share the protection of another.
    public int approvalsFor(String kind, String protectedAs) {
        boolean needed = approvalKinds.isEmpty() || approvalKinds.contains(kind) || approvalKinds.contains(protectedAs);
        return needed ? approvals : 0;
    }
}
