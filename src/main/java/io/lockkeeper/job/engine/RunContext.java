package io.lockkeeper.job.engine;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockkeeper.job.JobContext;
import io.lockkeeper.job.Limits.TargetUse;
import io.lockkeeper.job.table.ClaimJobs.Claimed;
import io.lockkeeper.postgres.ChildProcess;
import io.lockkeeper.postgres.PgSession;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/// A running job's hands: what it has open, so that a stop can reach it, and what it tells.
final class RunContext implements JobContext {
    private static final Duration CHILD_GRACE = Duration.ofMillis(500);

    private final Claimed job;
    private final Gate gate;
    private final Story story;
    private final JobDirectories directories;
    private final Set<PgSession> sessions = ConcurrentHashMap.newKeySet();
    private final Set<ChildProcess> children = ConcurrentHashMap.newKeySet();
    private volatile boolean stopped;
    private boolean reachesTarget = true;
    private int steps;
    private volatile String stepName;
    private volatile Path directory;

    RunContext(Claimed job, Gate gate, Story story, JobDirectories directories) {
        this.job = job;
        this.gate = gate;
        this.story = story;
        this.directories = directories;
    }

    /// How a job reaches its target.
    interface Gate {
        PgSession connect(long targetId, String applicationName) throws InterruptedException;
    }

    /// Before the kind's own code: what an earlier attempt left on the target ends, and nobody else may be changing
    /// it, no matter which installation they belong to.
    void prepare(TargetUse use) throws InterruptedException {
        reachesTarget = use != TargetUse.NAMED;
        switch (use) {
            case CHANGES -> new TargetClaim(job, this).hold();
            case READS -> new TargetClaim(job, this).endEarlierAttempts();
            default -> {}
        }
    }

    @Override
    public long jobId() {
        return job.id();
    }

    @Override
    public int attempt() {
        return job.attempt();
    }

    @Override
    public String target() {
        return job.target() == null ? "" : job.target();
    }

    @Override
    public PgSession connect() throws InterruptedException {
        checkStopped();
        if (job.targetId() == null) {
            throw new IllegalStateException("a job of kind " + job.kind() + " has no target to connect to");
        }
        if (!reachesTarget) {
            throw new IllegalStateException(
                    "job " + job.id() + " of kind " + job.kind() + " says that it never connects");
        }
        PgSession session = gate.connect(job.targetId(), applicationName());
        sessions.add(session);
        closeIfStopped(session::close);
        return session;
    }

    /// Names the job and its lease on the target, so that what a dead worker left there can be told from ours.
    String applicationName() {
        return "lockkeeper job " + job.id() + "/" + job.lease();
    }

    @Override
    public synchronized Path directory() throws IOException {
        checkStopped();
        if (directory == null) {
            directory = directories.make(job.id(), job.lease());
        }
        return directory;
    }

    @Override
    public int run(ChildProcess.Command command, Consumer<String> output, Duration bound)
            throws IOException, InterruptedException, TimeoutException {
        checkStopped();
        return run(ChildProcess.start(command, output), bound);
    }

    @Override
    public int run(ChildProcess.Command command, ChildProcess.Bytes stdout, Consumer<String> lines, Duration bound)
            throws IOException, InterruptedException, TimeoutException {
        checkStopped();
        return run(ChildProcess.start(command, stdout, lines), bound);
    }

    private int run(ChildProcess child, Duration bound) throws InterruptedException, TimeoutException {
        children.add(child);
        try {
            closeIfStopped(() -> child.end(CHILD_GRACE));
            int exitCode = child.waitFor(bound);
            checkStopped();
            return exitCode;
        } finally {
            child.end(CHILD_GRACE);
            children.remove(child);
        }
    }

    @Override
    public <T> T step(String name, Work<T> work) throws Exception {
        checkStopped();
        stepName = name;
        Step step = new Step(++steps, name, Instant.now());
        story.tell("step", step.as("RUNNING", null));
        try {
            T result = work.run();
            story.tell("step", step.as("SUCCEEDED", null));
            return result;
        } catch (Throwable failure) {
            String state = stopped ? "CANCELLED" : "FAILED";
            story.tell(
                    "step",
                    step.as(
                            state,
                            stopped
                                    ? null
                                    : Failures.describe(target(), failure).detail()));
            throw failure;
        }
    }

    private record Step(int no, String name, Instant began) {
        Map<String, Object> as(String state, String message) {
            Map<String, Object> data = new LinkedHashMap<>();
            data.put("no", no);
            data.put("name", name);
            data.put("state", state);
            data.put("began", began.toString());
            if (!state.equals("RUNNING")) {
                Instant ended = Instant.now();
                data.put("ended", ended.toString());
                data.put("ms", Duration.between(began, ended).toMillis());
            }
            if (message != null) {
                data.put("message", message);
            }
            return data;
        }
    }

    @Override
    public void progress(int percent, String message) {
        checkStopped();
        if (percent < 0 || percent > 100) {
            throw new IllegalArgumentException("percent must be from 0 to 100, not " + percent);
        }
        story.progress(percent, message, steps, stepName);
    }

    @Override
    public void log(String line) {
        checkStopped();
        story.log(line);
    }

    /// A stop that came while this was being opened may not have seen it.
    private void closeIfStopped(Runnable close) {
        if (stopped) {
            close.run();
            throw new Stopped();
        }
    }

    private void checkStopped() {
        if (stopped) {
            throw new Stopped();
        }
    }

    void flush() {
        story.flush();
    }

    /// Sessions first: an interrupt would end our wait but not the statement. May be called again and again, from any
    /// thread.
    void stop() {
        stopped = true;
        sessions.forEach(PgSession::cancel);
        children.forEach(child -> child.end(CHILD_GRACE));
    }

    void close() {
        stopped = true;
        sessions.forEach(PgSession::close);
        children.forEach(child -> child.end(CHILD_GRACE));
        if (directory != null) {
            directories.remove(directory);
        }
        story.flush();
    }

    /// JSON of what a story tells.
    static String write(ObjectMapper json, Object data) {
        try {
            return Storable.json(json.writeValueAsString(data));
        } catch (JsonProcessingException broken) {
            throw new IllegalStateException("not representable as JSON: " + data, broken);
        }
    }
}
