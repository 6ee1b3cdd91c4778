package io.lockkeeper.job;

import com.fasterxml.jackson.databind.JsonNode;
import io.lockkeeper.http.Fault;
import io.lockkeeper.http.Faults;
import io.lockkeeper.http.IdempotencyKey;
import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.lockkeeper.job.JobReader.Wanted;
import io.lockkeeper.job.engine.Engine;
import io.lockkeeper.job.table.AcceptJobs;
import io.lockkeeper.job.table.ApproveJob;
import io.lockkeeper.job.table.CancelJob;
import io.lockkeeper.job.table.JobReads;
import io.lockkeeper.job.table.NewJob;
import io.lockkeeper.job.table.NewJob.Once;
import io.lockkeeper.job.table.NewJob.Origin;
import io.lockkeeper.target.TargetFacts;
import io.lockkeeper.target.Targets;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// What can be done with jobs, for the REST edge and for features that start jobs of other kinds.
@ApplicationScoped
public class Jobs {
    private static final Duration STORE_BOUND = Duration.ofSeconds(15);

    private final Engine engine;
    private final Pool store;
    private final Targets targets;
    private final JobReader reader;

    Jobs(Engine engine, Pool store, Targets targets, JobReader reader) {
        this.engine = engine;
        this.store = store;
        this.targets = targets;
        this.reader = reader;
    }

    /// A job that was accepted, now or, if `replayed`, by an earlier request with the same idempotency key.
    public record Accepted(JobView job, boolean replayed) {}

    /// A request for a job of any kind: what is common and the kind's own fields side by side in one object.
    ///
    /// @param faults found in it before
    /// @param kindName the kind, or null: the request names it
    /// @throws Refused at once for whatever can be seen to prevent the job
    Uni<Accepted> accept(
            JsonNode tree, Faults faults, @Nullable String kindName, Origin origin, Optional<IdempotencyKey> key) {
        Wanted<?> wanted = reader.read(tree, kindName, faults);
        return admittedOn(wanted)
                .flatMap(target -> accept(reader.newJob(wanted, target.orElse(null), origin, once(key))));
    }

    /// What is wrong with a request for a job of that kind, which this instance knows; nothing is started.
    public List<Fault> faultsOf(String kind, JsonNode request) {
        try {
            reader.read(request, kind, new Faults());
            return List.of();
        } catch (Refused faulty) {
            return faulty.problem().errors();
        }
    }

    /// A job that nobody asks for at this moment, such as one of a schedule.
    ///
    /// @throws Refused for whatever can be seen to prevent the job
    public Uni<Accepted> start(String kind, JsonNode request, Occasion occasion) {
        return Uni.createFrom().deferred(() -> {
            Wanted<?> wanted = reader.readKnown(request, kind);
            Origin origin = new Origin(occasion.subject(), occasion.via(), occasion.requestId());
            Once once = new Once(occasion.key(), occasion.key().getBytes(StandardCharsets.UTF_8));
            return admittedOn(wanted)
                    .flatMap(target -> accept(reader.newJob(wanted, target.orElse(null), origin, once)
                            .ofSchedule(occasion.schedule())));
        });
    }

    /// The target, once the kind has nothing against the job there.
    private <S extends Record> Uni<Optional<TargetFacts>> admittedOn(Wanted<S> wanted) {
        return targetNamed(wanted.request().target())
                .call(target -> target.isEmpty()
                        ? Uni.createFrom().voidItem()
                        : wanted.kind().admit(wanted.spec(), target.get()));
    }

    /// @param name null: none
    /// @throws Refused 422 where there is no such target
    public Uni<Optional<TargetFacts>> targetNamed(@Nullable String name) {
        if (name == null) {
            return Uni.createFrom().item(Optional.empty());
        }
        return targets.lookup(name).map(found -> Optional.of(found.orElseThrow(() -> unknownTarget(name))));
    }

    private static Refused unknownTarget(String name) {
        return new Refused(Problem.unprocessable(
                "unknown-target",
                "There is no target " + name + ", or you may not see it; GET /api/v1/targets lists them."));
    }

    private Uni<Accepted> accept(NewJob job) {
        return Uni.createFrom().completionStage(() -> engine.accept(job)).flatMap(answer -> answered(job, answer));
    }

    private Uni<Accepted> answered(NewJob job, AcceptJobs.Answer answer) {
        if (answer.born()) {
            return Uni.createFrom().item(new Accepted(JobView.accepted(job, answer), false));
        }
        if (answer.conflicts()) {
            throw new Refused(Problem.conflict(
                    "conflicting-job",
                    "An unfinished job on " + job.target()
                            + " excludes this one; leave out onConflict to queue behind it."));
        }
        return EarlierRequest.jobOf(store, job.origin(), job.once())
                .map(earlier -> earlier.orElseThrow(() ->
                        new Refused(Problem.unavailable("A request with the same Idempotency-Key is under way.", 1))))
                .flatMap(this::replayed);
    }

    /// What an earlier request with this key has started, if there was one.
    Uni<Optional<Accepted>> startedBefore(Origin by, IdempotencyKey key) {
        return EarlierRequest.jobOf(store, by, new NewJob.Once(key.value(), key.digestBytes()))
                .flatMap(earlier -> earlier.map(id -> replayed(id).map(Optional::of))
                        .orElseGet(() -> Uni.createFrom().item(Optional.empty())));
    }

    private Uni<Accepted> replayed(long id) {
        return get(id).map(view -> new Accepted(view, true));
    }

    public Uni<JobView> get(long id) {
        return uni(JobReads.byId(store, id))
                .map(found -> found.orElseThrow(() -> new Refused(Problem.notFound("job " + id))));
    }

    /// The job when it has ended, or as it stands when patience is over.
    public Uni<JobView> await(long id, Duration patience) {
        var ended = new CompletableFuture<Void>();
        var following = engine.tail().following(id, 0, new UntilTheEnd(ended));
        following.resume();
        return Uni.createFrom()
                .completionStage(ended)
                .ifNoItem()
                .after(patience)
                .recoverWithItem((Void) null)
                .onTermination()
                .invoke(following::close)
                .flatMap(_ -> get(id));
    }

    /// True when this call made the difference; a job that has ended, or is being cancelled, stays as it is.
    public Uni<Boolean> cancel(long id, Origin by) {
        return uni(CancelJob.on(store, id, by)).invoke(this::rang);
    }

    public Uni<Boolean> approve(long id, Origin by, String comment) {
        return uni(ApproveJob.approve(store, id, by, comment)).invoke(this::rang);
    }

    public Uni<Boolean> reject(long id, Origin by, String comment) {
        return uni(ApproveJob.reject(store, id, by, comment)).invoke(this::rang);
    }

    private void rang(boolean changed) {
        if (changed) {
            engine.jobWasChanged();
        }
    }

    /// The same again as a new job.
    public Uni<Accepted> retry(long id, Origin by, Optional<IdempotencyKey> key) {
        return get(id).flatMap(old -> retry(old, by, key));
    }

    private Uni<Accepted> retry(JobView old, Origin by, Optional<IdempotencyKey> key) {
        if (old.state() != JobState.FAILED && old.state() != JobState.CANCELLED) {
            throw new Refused(Problem.conflict(
                    "not-retryable",
                    "Only a job that FAILED or was CANCELLED can be retried; this one is " + old.state() + "."));
        }
        Wanted<?> wanted = reader.again(old);
        return admittedOn(wanted)
                .flatMap(target -> accept(reader.newJob(wanted, target.orElse(null), by, once(key))
                        .asRetryOf(old.id())));
    }

    private static @Nullable Once once(Optional<IdempotencyKey> key) {
        return key.map(given -> new Once(given.value(), given.digestBytes())).orElse(null);
    }

    /// What the store is to answer, with the bound that all such answers have.
    public static <T> Uni<T> uni(Future<T> future) {
        return Uni.createFrom()
                .completionStage(future.toCompletionStage())
                .ifNoItem()
                .after(STORE_BOUND)
                .failWith(() -> new Refused(Problem.unavailable("The store does not answer.", 1)));
    }
}
