package io.lockkeeper.backup;

import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.lockkeeper.job.JobContext;
import io.lockkeeper.postgres.ChildProcess;
import io.lockkeeper.postgres.ChildProcess.Command;
import io.lockkeeper.postgres.PgSession;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// One run of a program on a backup's source: what it says is told as the job's log, who blocks it is
/// looked for while it runs, and when it fails the reason is a problem.
final class ToolRun {
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

    private final JobContext job;
    private final Source source;
    private final Progress progress;
    private volatile Blockers lastSeen = Blockers.NONE;

    ToolRun(JobContext job, Source source, Progress progress) {
        this.job = job;
        this.source = source;
        this.progress = progress;
    }

    void run(String program, List<String> arguments, ChildProcess.@Nullable Bytes stdout, Duration bound)
            throws IOException, InterruptedException {
        var complaints = new Complaints(program);
        var command = new Command(source.tools().program(program), arguments, job.directory(), source.environment());
        Thread watch = Thread.ofVirtual().name("watch-job-" + job.jobId()).start(this::watch);
        try {
            int exitCode = stdout == null
                    ? job.run(command, line -> hear(line, complaints), bound)
                    : job.run(command, stdout, line -> hear(line, complaints), bound);
            if (exitCode != 0) {
                throw complaints.failure(job.target(), exitCode, lastSeen);
            }
        } catch (TimeoutException late) {
            throw new Refused(Problem.conflict(
                    "tool-too-slow",
                    program + " on target " + job.target() + " did not end within " + bound.toMinutes() + " minutes."));
        } finally {
            watch.interrupt();
        }
    }

    private void hear(String line, Complaints complaints) {
        complaints.accept(line);
        job.log(line);
    }

    private void watch() {
        try {
            Thread.sleep(BETWEEN_LOOKS); // most programs are done before anybody is in their way
            look();
        } catch (InterruptedException | JobContext.Stopped over) {
            // The program has ended, or the job has.
        }
    }

    private void look() throws InterruptedException {
        try (Lookout lookout = new Lookout(job, source)) {
            while (true) {
                progress.tell();
                Blockers now = lookout.blockers();
                if (now.any() && !now.equals(lastSeen)) {
                    job.log("waiting for a lock; in the way: " + now);
                }
                lastSeen = now.any() ? now : lastSeen;
                Thread.sleep(BETWEEN_LOOKS);
            }
        }
    }

    /// Looks over a session of its own, since the holder of the snapshot keeps still; without one, it sees nothing.
    private static final class Lookout implements AutoCloseable {
        private final String watched;
        private final @Nullable PgSession session;

        Lookout(JobContext job, Source source) throws InterruptedException {
            this.watched = source.holder().server().applicationName();
            this.session = open(job);
        }

        private static @Nullable PgSession open(JobContext job) throws InterruptedException {
            try {
                return job.connect();
            } catch (RuntimeException notConnected) {
                job.log("no further session on " + job.target() + ": who may stand in the way cannot be seen");
                return null;
            }
        }

        Blockers blockers() throws InterruptedException {
            return session == null ? Blockers.NONE : Blockers.of(watched, session);
        }

        @Override
        public void close() {
            if (session != null) {
                session.close();
            }
        }
    }
}
