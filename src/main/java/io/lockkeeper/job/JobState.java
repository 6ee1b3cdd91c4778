package io.lockkeeper.job;

/// Where a job stands. The legal ways from one to the next are rows of the table `job_transition`; whatever is finer is
/// a job's `reason`.
public enum JobState {
    PENDING_APPROVAL,
    SCHEDULED,
    QUEUED,
    RUNNING,
    CANCELLING,
    SUCCEEDED,
    FAILED,
    CANCELLED,
    REJECTED;

    public boolean done() {
        return switch (this) {
            case SUCCEEDED, FAILED, CANCELLED, REJECTED -> true;
            case PENDING_APPROVAL, SCHEDULED, QUEUED, RUNNING, CANCELLING -> false;
        };
    }
}
