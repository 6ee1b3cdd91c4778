package io.lockkeeper.schedule;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lockkeeper.http.Failure;
import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.lockkeeper.job.JobState;
import io.lockkeeper.job.Jobs;
import io.lockkeeper.job.Jobs.Accepted;
import io.lockkeeper.job.Kinds;
import io.lockkeeper.schedule.RunView.Outcome;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import jakarta.inject.Singleton;
import org.jboss.logging.Logger;

/// Starts what a run is for and writes down what became of it. Safe to repeat: the key of the run makes one job of
/// however many attempts.
@Singleton
class Launch {
    private static final Logger LOG = Logger.getLogger(Launch.class);

    private final Jobs jobs;
    private final Kinds kinds;
    private final RunStore runs;
    private final ScheduleMetrics metrics;

    Launch(Jobs jobs, Kinds kinds, RunStore runs, ScheduleMetrics metrics) {
        this.jobs = jobs;
        this.kinds = kinds;
        this.runs = runs;
        this.metrics = metrics;
    }

    /// Fails as the request for the job does. If the store is away, nothing is written down: somebody will try again.
    Uni<Accepted> first(Begun run) {
        return Uni.createFrom()
                .deferred(() -> start(run))
                .call(accepted -> tell(runs.started(run.run(), accepted.job().id()), Outcome.STARTED))
                .onFailure(Launch::isFinal)
                .call(failure -> tell(runs.refused(run.run(), problem(run, failure)), Outcome.REFUSED));
    }

    private Uni<Accepted> start(Begun run) {
        if (run.obstacle() != null) {
            throw new Refused(run.obstacle());
        }
        return jobs.start(run.kind(), run.spec(), run.occasion());
    }

    /// What comes then, if the first job has succeeded.
    Uni<Void> then(Ended ended) {
        Begun run = ended.run();
        if (ended.state() != JobState.SUCCEEDED || run.kind() == null) {
            return Jobs.uni(runs.thenNotStarted(run.run())).replaceWithVoid();
        }
        return Uni.createFrom()
                .deferred(() -> jobs.start(run.kind(), request(ended), run.next()))
                .call(accepted ->
                        tell(runs.thenStarted(run.run(), accepted.job().id()), Outcome.STARTED))
                .onFailure(Launch::isFinal)
                .call(failure -> tell(runs.thenRefused(run.run(), problem(run, failure)), Outcome.REFUSED))
                .replaceWithVoid();
    }

    /// A kind that is not known here is refused when it is to be started.
    private ObjectNode request(Ended ended) {
        Begun run = ended.run();
        return kinds.named(run.kind())
                .map(kind -> ThenRequest.of(kind, run.spec(), ended.firstKind(), ended.first(), ended.firstTarget()))
                .orElse(run.spec());
    }

    private Uni<Void> tell(Future<Boolean> told, Outcome outcome) {
        return Jobs.uni(told)
                .invoke(first -> {
                    if (first) {
                        metrics.count(outcome);
                    }
                })
                .replaceWithVoid();
    }

    static boolean isFinal(Throwable failure) {
        return Failure.problem(failure).status() != 503;
    }

    private static Problem problem(Begun run, Throwable failure) {
        Problem problem = Failure.problem(failure);
        if (problem.status() >= 500) {
            LOG.errorf(failure, "schedule %s could not start a job", run.schedule());
        }
        return problem;
    }
}
