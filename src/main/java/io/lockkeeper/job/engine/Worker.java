package io.lockkeeper.job.engine;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockkeeper.http.Problem;
import io.lockkeeper.job.JobKind;
import io.lockkeeper.job.JobState;
import io.lockkeeper.job.Kinds;
import io.lockkeeper.job.engine.Turn.Ended;
import io.lockkeeper.job.table.ClaimJobs.Claimant;
import io.lockkeeper.job.table.ClaimJobs.Claimed;
import io.lockkeeper.job.table.FinishJobs.Outcome;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/// The runs of this instance, and how many more it could take.
final class Worker {
    private static final Logger LOG = Logger.getLogger(Worker.class);
    private static final Duration BETWEEN_REFUSALS = Duration.ofSeconds(1);

    private final WorkerConfig config;
    private final Kinds kinds;
    private final ObjectMapper json;
    private final RunContext.Gate gate;
    private final JobDirectories directories;
    private final EngineMetrics metrics;
    private final String name;
    private final Map<Long, Run> runs = new ConcurrentHashMap<>();
    private Ledger ledger;
    private volatile UUID id = UUID.randomUUID();
    private volatile boolean leased;
    private volatile boolean stopping;

    Worker(
            WorkerConfig config,
            String name,
            Kinds kinds,
            ObjectMapper json,
            RunContext.Gate gate,
            EngineMetrics metrics) {
        this.config = config;
        this.name = name;
        this.kinds = kinds;
        this.json = json;
        this.gate = gate;
        this.directories = new JobDirectories(config.directory());
        this.metrics = metrics;
    }

    void writesTo(Ledger ledger) {
        this.ledger = ledger;
    }

    UUID id() {
        return id;
    }

    String name() {
        return name;
    }

    Claimant claimant() {
        return new Claimant(id, name, kinds.names(), config.labels());
    }

    boolean mayClaim() {
        return config.enabled() && leased && !stopping;
    }

    int freePlaces() {
        return Math.max(0, config.slots() - runs.size());
    }

    int running() {
        return runs.size();
    }

    List<Long> jobsAtHand() {
        return List.copyOf(runs.keySet());
    }

    /// A lease is there: claiming may begin.
    void leased() {
        leased = true;
        ledger.lookForWork();
    }

    /// The lease is gone, and every run with it. From now on this instance is somebody else.
    void leaseLost() {
        leased = false;
        id = UUID.randomUUID();
        metrics.leaseLost(runs.size());
        runs.values().forEach(run -> run.stop(StopCause.LEASE_LOST));
    }

    void begin(Claimant claimant, List<Claimed> claimed) {
        if (!claimant.workerId().equals(id)) {
            LOG.warnf(
                    "%d jobs were claimed under a lease that was lost meanwhile; they are left to rescue",
                    claimed.size());
            return;
        }
        for (Claimed job : claimed) {
            JobKind<?, ?> kind = kinds.named(job.kind()).orElseThrow();
            var story = new Story(job.id(), job.lease(), json, ledger::tell);
            Run run = new Run(job, kind, new RunContext(job, gate, story, directories), json, this);
            runs.put(job.id(), run);
            run.start();
        }
        if (!claimant.workerId().equals(id)) { // lost since we asked; whoever stopped the others may have missed these
            stop(claimed.stream().map(Claimed::id).toList(), StopCause.LEASE_LOST);
        }
    }

    void finish(Outcome outcome) {
        ledger.finish(outcome);
    }

    /// These outcomes are committed, as far as the jobs were still ours.
    void ended(List<Ended> outcomes, Set<Long> ours) {
        for (Ended ended : outcomes) {
            Outcome outcome = ended.outcome();
            runs.computeIfPresent(outcome.id(), (_, run) -> run.lease() == outcome.lease() ? null : run);
            if (ours.contains(outcome.id())) {
                metrics.ended(outcome.state());
            } else {
                LOG.warnf("job %d was no longer ours when it ended; its outcome was not written", outcome.id());
            }
        }
    }

    void forget(Run run) {
        runs.remove(run.id(), run);
        ledger.lookForWork();
    }

    /// The store will never take this outcome, for example because its result is too large. The job must end all the
    /// same: it has failed, and if even that is refused we ask again for as long as we live.
    void outcomeWasRefused(Outcome outcome, String why) {
        LOG.errorf("the store refuses the outcome of job %d: %s", outcome.id(), why);
        Problem problem =
                Problem.of(500, "outcome-refused", "Outcome refused", "The store refused the job's outcome: " + why);
        Outcome failed = new Outcome(
                outcome.id(),
                outcome.lease(),
                JobState.FAILED,
                "OUTCOME_REFUSED",
                null,
                RunContext.write(json, problem),
                0,
                false);
        CompletableFuture.delayedExecutor(BETWEEN_REFUSALS.toMillis(), TimeUnit.MILLISECONDS)
                .execute(() -> ledger.finish(failed));
    }

    void stop(Collection<Long> jobs, StopCause cause) {
        for (Long job : jobs) {
            Run run = runs.get(job);
            if (run != null) {
                run.stop(cause);
            }
        }
    }

    void tick() {
        runs.values().forEach(Run::tick);
    }

    /// Takes nothing new, gives what runs its time, and hands back the rest.
    void stop(Duration grace) throws InterruptedException {
        stopping = true;
        if (!awaitQuiet(grace)) {
            LOG.infof("%d jobs still run after %s; handing them back", runs.size(), grace);
            stop(runs.keySet(), StopCause.HAND_BACK);
            awaitQuiet(Duration.ofSeconds(10));
        }
        directories.close();
    }

    private boolean awaitQuiet(Duration most) throws InterruptedException {
        long end = System.nanoTime() + most.toNanos();
        while (!runs.isEmpty() && System.nanoTime() < end) {
            Thread.sleep(20);
        }
        return runs.isEmpty();
    }
}
