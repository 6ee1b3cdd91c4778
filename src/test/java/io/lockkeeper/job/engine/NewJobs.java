package io.lockkeeper.job.engine;

import io.lockkeeper.job.table.NewJob;
import java.time.Instant;

/// A job in the making.
final class NewJobs {
    private final String kind;
    private Long targetId;
    private String key = "";
    private int priority = 5;
    private int attempts = 3;
    private String spec = "{}";
    private String onLost = "restart";
    private boolean reject;
    private int approvals;
    private Instant notBefore;
    private Instant deadline;
    private NewJob.Once once;

    NewJobs(String kind) {
        this.kind = kind;
    }

    NewJobs on(long targetId) {
        this.targetId = targetId;
        return this;
    }

    NewJobs changing(long targetId) {
        this.key = "change";
        return on(targetId);
    }

    NewJobs priority(int priority) {
        this.priority = priority;
        return this;
    }

    NewJobs attempts(int attempts) {
        this.attempts = attempts;
        return this;
    }

    NewJobs spec(String spec) {
        this.spec = spec;
        return this;
    }

    NewJobs onLost(String onLost) {
        this.onLost = onLost;
        return this;
    }

    NewJobs rejecting() {
        this.reject = true;
        return this;
    }

    NewJobs approvals(int approvals) {
        this.approvals = approvals;
        return this;
    }

    NewJobs notBefore(Instant notBefore) {
        this.notBefore = notBefore;
        return this;
    }

    NewJobs deadline(Instant deadline) {
        this.deadline = deadline;
        return this;
    }

    NewJobs once(String key, String body) {
        this.once = new NewJob.Once(key, body.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        return this;
    }

    NewJob build() {
        return new NewJob(
                kind,
                targetId == null ? null : "target-" + targetId,
                targetId,
                approvals,
                (short) priority,
                NewJob.laneOf(targetId, key),
                !key.isEmpty(),
                reject,
                onLost,
                spec,
                "{}",
                attempts,
                notBefore == null ? null : notBefore.atOffset(java.time.ZoneOffset.UTC),
                deadline == null ? null : deadline.atOffset(java.time.ZoneOffset.UTC),
                null,
                null,
                TestStore.ANNA,
                once);
    }
}
