package io.lockkeeper.job.engine;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockkeeper.http.Problem;
import io.lockkeeper.job.JobKind;
import io.lockkeeper.job.JobState;
import io.lockkeeper.job.Limits;
import io.lockkeeper.job.PermanentFailure;
import io.lockkeeper.job.table.ClaimJobs.Claimed;
import io.lockkeeper.job.table.FinishJobs.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;

/// One attempt at one job, on a virtual thread of its own, from the claim to its outcome.
final class Run {
    private static final Logger LOG = Logger.getLogger(Run.class);
    private static final Duration BETWEEN_REMINDERS = Duration.ofMillis(500);

    private final Claimed job;
    private final JobKind<?, ?> kind;
    private final RunContext context;
    private final ObjectMapper json;
    private final Worker worker;
    private final long began = System.nanoTime();
    private final Duration allowed;
    private final Thread thread;
    private volatile StopCause stopCause;
    private volatile boolean ending;

    Run(Claimed job, JobKind<?, ?> kind, RunContext context, ObjectMapper json, Worker worker) {
        this.job = job;
        this.kind = kind;
        this.context = context;
        this.json = json;
        this.worker = worker;
        this.allowed = earlier(kind.limits().maxDuration(), job);
        this.thread = Thread.ofVirtual().name("job-" + job.id()).unstarted(this::work);
    }

    private static Duration earlier(Duration longest, Claimed job) {
        if (job.deadline() == null) {
            return longest;
        }
        Duration untilDeadline = Duration.between(Instant.now(), job.deadline().toInstant());
        return untilDeadline.compareTo(longest) < 0 ? untilDeadline : longest;
    }

    void start() {
        thread.start();
    }

    long id() {
        return job.id();
    }

    int lease() {
        return job.lease();
    }

    /// Called a few times a second: tells what has gathered, and ends what takes too long.
    void tick() {
        if (stopCause == null && System.nanoTime() - began > allowed.toNanos()) {
            stop(StopCause.OUT_OF_TIME);
        }
        context.flush();
    }

    /// Cancels its SQL, ends its children, interrupts its thread, and insists until it ends. The first cause counts,
    /// except that a lost lease beats any other.
    synchronized void stop(StopCause cause) {
        boolean first = stopCause == null;
        if (first || cause == StopCause.LEASE_LOST) {
            stopCause = cause;
        }
        if (first) {
            Thread.ofVirtual().name("stop-job-" + job.id()).start(this::insist);
        }
    }

    private void insist() {
        try {
            while (!ending) {
                context.stop();
                thread.interrupt();
                thread.join(BETWEEN_REMINDERS);
            }
        } catch (InterruptedException nobodyDoesThat) {
            Thread.currentThread().interrupt();
        }
    }

    private void work() {
        MDC.put("job", job.id());
        Outcome outcome = outcomeInAnyCase();
        ending = true;
        closeInAnyCase();
        if (stopCause == StopCause.LEASE_LOST) {
            worker.forget(this);
        } else {
            worker.finish(outcome);
        }
        MDC.clear();
    }

    private Outcome outcomeInAnyCase() {
        try {
            return outcome();
        } catch (Throwable unspeakable) {
            LOG.errorf(unspeakable, "the outcome of job %d could not be told", job.id());
            String problem = "{\"code\":\"unexpected\",\"title\":\"Unexpected failure\",\"status\":500,"
                    + "\"detail\":\"What became of the job could not be told.\"}";
            return outcome(JobState.FAILED, null, null, problem, Duration.ZERO, false);
        }
    }

    private void closeInAnyCase() {
        try {
            context.close();
        } catch (RuntimeException | Error broken) {
            LOG.warnf(broken, "job %d left something open", job.id());
        }
    }

    private Outcome outcome() {
        try {
            return succeeded(result(kind));
        } catch (PermanentFailure failure) {
            return stopCause == null ? failed(failure.problem()) : stopped();
        } catch (Throwable failure) {
            return stopCause == null ? failedForNow(failure) : stopped();
        }
    }

    private <S extends Record, R extends Record> R result(JobKind<S, R> kind) throws Exception {
        S spec = json.readValue(job.spec(), kind.specType());
        context.prepare(kind.targetUse(spec));
        return kind.run(spec, context);
    }

    private Outcome succeeded(Record result) {
        return outcome(JobState.SUCCEEDED, null, write(result), null, Duration.ZERO, false);
    }

    private Outcome failed(Problem problem) {
        return outcome(JobState.FAILED, null, null, write(problem), Duration.ZERO, false);
    }

    private Outcome stopped() {
        return switch (stopCause) {
            case CANCEL, LEASE_LOST -> outcome(JobState.CANCELLED, null, null, null, Duration.ZERO, false);
            case OUT_OF_TIME -> outOfTime();
            case HAND_BACK -> handedBack();
        };
    }

    private Outcome outOfTime() {
        Problem problem = Problem.conflict(
                "out-of-time",
                "The job was stopped after " + allowed.toSeconds()
                        + " s, which is all that it had; ask again with a later deadline or less to do.");
        return outcome(JobState.FAILED, "DEADLINE_EXCEEDED", null, write(problem), Duration.ZERO, false);
    }

    private Outcome handedBack() {
        if (kind.limits().whenLost() == Limits.WhenLost.FAIL) {
            Problem problem = Problem.of(
                    503,
                    "interrupted",
                    "Interrupted",
                    "The instance that ran it was stopped; look at what the job left on its target, then retry it.");
            return outcome(JobState.FAILED, "INTERRUPTED", null, write(problem), Duration.ZERO, false);
        }
        return outcome(JobState.QUEUED, "HANDED_BACK", null, null, Duration.ZERO, true);
    }

    private Outcome failedForNow(Throwable failure) {
        Problem problem = Failures.describe(context.target(), failure);
        if (problem.code().equals(Failures.UNEXPECTED)) {
            LOG.warnf(failure, "attempt %d of %d of job %d failed", job.attempt(), job.maxAttempts(), job.id());
        }
        if (job.attempt() >= job.maxAttempts() || Failures.isPermanent(failure)) {
            return failed(problem);
        }
        Duration pause = kind.limits()
                .pauseAfter(job.attempt(), ThreadLocalRandom.current().nextDouble());
        return outcome(JobState.SCHEDULED, "RETRY_BACKOFF", null, write(problem), pause, false);
    }

    private Outcome outcome(
            JobState state, String reason, String result, String error, Duration pause, boolean uncount) {
        return new Outcome(job.id(), job.lease(), state, reason, result, error, pause.toMillis(), uncount);
    }

    private String write(Object value) {
        try {
            return Storable.json(json.writeValueAsString(value));
        } catch (JsonProcessingException broken) {
            throw new IllegalStateException("not representable as JSON: " + value.getClass(), broken);
        }
    }
}
