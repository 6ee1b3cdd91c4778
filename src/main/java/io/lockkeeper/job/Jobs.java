package io.lockkeeper.job;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockkeeper.http.Faults;
import io.lockkeeper.http.IdempotencyKey;
import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.lockkeeper.http.StrictReader;
import io.lockkeeper.http.StrictReader.Split;
import io.lockkeeper.job.JobRequest.OnConflict;
import io.lockkeeper.job.engine.Engine;
import io.lockkeeper.job.table.AcceptJobs;
import io.lockkeeper.job.table.ApproveJob;
import io.lockkeeper.job.table.CancelJob;
import io.lockkeeper.job.table.JobReads;
import io.lockkeeper.job.table.NewJob;
import io.lockkeeper.job.table.NewJob.Origin;
import io.lockkeeper.target.TargetFacts;
import io.lockkeeper.target.Targets;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// What can be done with jobs, for the REST edge and for features that start jobs of other kinds.
@ApplicationScoped
public class Jobs {
    private static final short USUAL_PRIORITY = 5;
    private static final Duration STORE_BOUND = Duration.ofSeconds(15);

    private final Engine engine;
    private final Kinds kinds;
    private final Pool store;
    private final Targets targets;
    private final StrictReader reader;
    private final ObjectMapper json;

    Jobs(Engine engine, Kinds kinds, Pool store, Targets targets, StrictReader reader, ObjectMapper json) {
        this.engine = engine;
        this.kinds = kinds;
        this.store = store;
        this.targets = targets;
        this.reader = reader;
        this.json = json;
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
        Wanted<?> wanted = read(tree, kindName, faults);
        return targetOf(wanted).flatMap(target -> accept(newJob(wanted, target.orElse(null), origin, key)));
    }

    private record Wanted<S extends Record>(JobKind<S, ?> kind, JobRequest request, S spec) {}

    private Wanted<?> read(JsonNode tree, @Nullable String kindName, Faults faults) {
        Split split = reader.split(tree, JobRequest.class);
        if (kindName != null && split.known().has("kind")) {
            faults.add("/kind", "must be left out here: the path says which kind of job this is");
        }
        if (kindName != null) {
            split.known().put("kind", kindName);
        }
        JobRequest request = reader.read(split.known(), JobRequest.class, faults);
        return read(split, request, kindOf(split.known().path("kind"), faults), faults);
    }

    /// Without a kind nothing else can be judged; what is wrong with the common fields is told with it.
    private JobKind<?, ?> kindOf(JsonNode name, Faults faults) {
        Optional<JobKind<?, ?>> kind = name.isTextual() ? kinds.named(name.textValue()) : Optional.empty();
        if (name.isTextual() && kind.isEmpty()) {
            faults.add("/kind", "must be one of " + String.join(", ", kinds.names()));
        }
        return kind.orElseThrow(() -> new Refused(Problem.invalid(faults.list())));
    }

    private <S extends Record> Wanted<S> read(Split split, JobRequest request, JobKind<S, ?> kind, Faults faults) {
        S spec = reader.readRest(split, kind.specType(), faults);
        boolean usesTarget = kind.limits().target() != Limits.TargetUse.NONE;
        if (usesTarget && !split.known().hasNonNull("target")) {
            faults.add("/target", "is missing: a job of kind " + kind.name() + " needs a target");
        }
        if (!usesTarget && split.known().has("target")) {
            faults.add("/target", "must be left out: a job of kind " + kind.name() + " has no target");
        }
        faults.refuseIfAny();
        return new Wanted<>(kind, request, spec);
    }

    private Uni<Optional<TargetFacts>> targetOf(Wanted<?> wanted) {
        String name = wanted.request().target();
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

    private <S extends Record> NewJob newJob(
            Wanted<S> wanted, @Nullable TargetFacts target, Origin origin, Optional<IdempotencyKey> key) {
        JobRequest request = wanted.request();
        JobKind<S, ?> kind = wanted.kind();
        String exclusivity = kind.exclusivityKey(wanted.spec());
        int approvals = target == null ? 0 : target.approvalsFor(kind.name(), kind.protectedAs());
        return new NewJob(
                kind.name(),
                request.target(),
                target == null ? null : target.id(),
                approvals,
                request.priority() == null ? USUAL_PRIORITY : request.priority().shortValue(),
                NewJob.laneOf(target == null ? null : target.id(), exclusivity),
                !exclusivity.isEmpty(),
                request.onConflict() == OnConflict.REJECT,
                kind.limits().whenLost().name().toLowerCase(java.util.Locale.ROOT),
                write(wanted.spec()),
                write(request.labels() == null ? Map.of() : request.labels()),
                kind.limits().maxAttempts(),
                utc(request.notBefore()),
                utc(request.deadline()),
                null,
                null,
                origin,
                key.map(once -> new NewJob.Once(once.value(), once.digestBytes()))
                        .orElse(null));
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
        Faults faults = new Faults();
        JobKind<?, ?> kind = kinds.named(old.kind())
                .orElseThrow(() -> new Refused(Problem.conflict(
                        "kind-gone", "This instance knows no jobs of kind " + old.kind() + " any more.")));
        Wanted<?> wanted = again(old, kind, faults);
        return targetOf(wanted)
                .flatMap(target ->
                        accept(newJob(wanted, target.orElse(null), by, key).asRetryOf(old.id())));
    }

    private <S extends Record> Wanted<S> again(JobView old, JobKind<S, ?> kind, Faults faults) {
        try {
            S spec = reader.read(json.readTree(old.spec().text()), kind.specType(), faults);
            faults.refuseIfAny();
            @SuppressWarnings("unchecked")
            Map<String, String> labels = json.readValue(old.labels().text(), Map.class);
            return new Wanted<>(
                    kind,
                    new JobRequest(old.kind(), old.target(), labels, old.priority(), null, null, OnConflict.QUEUE),
                    spec);
        } catch (JsonProcessingException broken) {
            throw new IllegalStateException("job " + old.id() + " holds no JSON", broken);
        }
    }

    private String write(Object value) {
        try {
            return json.writeValueAsString(value);
        } catch (JsonProcessingException broken) {
            throw new IllegalStateException("not representable as JSON: " + value.getClass(), broken);
        }
    }

    private static @Nullable OffsetDateTime utc(@Nullable Instant instant) {
        return instant == null ? null : instant.atOffset(ZoneOffset.UTC);
    }

    static <T> Uni<T> uni(Future<T> future) {
        return Uni.createFrom()
                .completionStage(future.toCompletionStage())
                .ifNoItem()
                .after(STORE_BOUND)
                .failWith(() -> new Refused(Problem.unavailable("The store does not answer.", 1)));
    }
}
