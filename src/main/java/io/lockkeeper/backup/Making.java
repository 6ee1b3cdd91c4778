package io.lockkeeper.backup;

import io.lockkeeper.depot.ArtifactWriter;
import io.lockkeeper.job.JobContext;

/// A backup in the making: what was asked, on whose behalf, and where it goes.
final class Making {
    private final BackupSpec spec;
    private final JobContext job;
    private final ArtifactWriter writer;
    private final boolean sealed;
    private Progress progress;

    Making(BackupSpec spec, JobContext job, ArtifactWriter writer, boolean sealed) {
        this.spec = spec;
        this.job = job;
        this.writer = writer;
        this.sealed = sealed;
        this.progress = new Progress(job, 0, 0);
    }

    BackupSpec spec() {
        return spec;
    }

    JobContext job() {
        return job;
    }

    ArtifactWriter writer() {
        return writer;
    }

    /// Whether only those with a key will read it.
    boolean sealed() {
        return sealed;
    }

    /// From now on it is known how much there is to do.
    Progress expect(long bytes, int tables) {
        progress = new Progress(job, bytes, tables);
        return progress;
    }

    Progress progress() {
        return progress;
    }

    double megabytesPerSecond() {
        return progress.megabytesPerSecond();
    }
}
