package io.lockkeeper.migration;

import io.lockkeeper.job.JobContext;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/// Tells the world how a migration gets its locks.
final class JobLocks implements LockListener {
    private static final String WAITING = "WAITING_FOR_LOCK";

    private final JobContext job;
    private volatile int percent;
    private volatile String where = "";

    JobLocks(JobContext job) {
        this.job = job;
    }

    void at(int percent, String where) {
        this.percent = percent;
        this.where = where;
        job.progress(percent, where);
    }

    @Override
    public void waiting(int tryNo, List<Blocker> blockers) {
        String whom = blockers.stream().map(Blocker::toString).collect(Collectors.joining("; "));
        job.progress(percent, WAITING + ": " + where + ", try " + tryNo);
        job.log(WAITING + " " + where + ", try " + tryNo + ": " + whom);
    }

    @Override
    public void goesOn() {
        job.progress(percent, where);
    }

    @Override
    public void blocking(int sessions, Duration longest) {
        job.log(where + ": " + sessions + " sessions wait behind it, the longest for " + longest.toMillis() + " ms");
    }

    @Override
    public void backsOff(int tryNo, String why, Duration rest) {
        job.log(where + ": try " + tryNo + " was given up (" + why + "); the next one in " + rest.toMillis() + " ms");
    }

    @Override
    public void remark(String what) {
        job.log(what);
    }

    @Override
    public void progress(int done, String message) {
        job.progress(percent, where + ", " + message + " " + done + " %");
    }
}
