package io.lockkeeper.job.table;

import java.time.OffsetDateTime;

/// A job as it was asked for, checked and ready to be stored.
///
/// @param lane what it shares with other jobs, see the column of this name
/// @param rejectOnConflict refuse it instead of queueing it behind another one of its lane
public record NewJob(
        String kind,
        String target,
        Long targetId,
        int approvals,
        short priority,
        String lane,
        boolean exclusive,
        boolean rejectOnConflict,
        String onLost,
        String spec,
        String labels,
        int maxAttempts,
        OffsetDateTime notBefore,
        OffsetDateTime deadline,
        Long retryOf,
        String schedule,
        Origin origin,
        Once once) {

    /// Who asked, by which way, in which request: what the audit row of the acceptance says.
    public record Origin(String subject, String via, String requestId) {}

    /// The caller's idempotency key and the digest of what it was first used for.
    public record Once(String key, byte[] digest) {}

    public NewJob asRetryOf(long job) {
        return with(job, schedule);
    }

    public NewJob ofSchedule(String name) {
        return with(retryOf, name);
    }

    private NewJob with(Long retryOf, String schedule) {
        return new NewJob(
                kind,
                target,
                targetId,
                approvals,
                priority,
                lane,
                exclusive,
                rejectOnConflict,
                onLost,
                spec,
                labels,
                maxAttempts,
                notBefore,
                deadline,
                retryOf,
                schedule,
                origin,
                once);
    }

    public static String laneOf(Long targetId, String exclusivityKey) {
        String target = targetId == null ? "" : "t" + targetId;
        return exclusivityKey.isEmpty() ? target : target + "/" + exclusivityKey;
    }
}
