package io.lockkeeper.job;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockkeeper.http.Faults;
import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.lockkeeper.http.StrictReader;
import io.lockkeeper.http.StrictReader.Split;
import io.lockkeeper.job.JobRequest.OnConflict;
import io.lockkeeper.job.table.NewJob;
import io.lockkeeper.job.table.NewJob.Once;
import io.lockkeeper.job.table.NewJob.Origin;
import io.lockkeeper.target.TargetFacts;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads requests for jobs of all kinds, and writes them in the way in which the store keeps jobs.
@Singleton
class JobReader {
    private static final short USUAL_PRIORITY = 5;

    private final Kinds kinds;
    private final StrictReader reader;
    private final ObjectMapper json;

    JobReader(Kinds kinds, StrictReader reader, ObjectMapper json) {
        this.kinds = kinds;
        this.reader = reader;
        this.json = json;
    }

    /// A request without faults: what is common to all jobs, and the spec of its kind.
    record Wanted<S extends Record>(JobKind<S, ?> kind, JobRequest request, S spec) {}

    /// @param kindName the kind, or null: the request names it
    /// @param faults found in it before
    /// @throws Refused with all faults
    Wanted<?> read(JsonNode tree, @Nullable String kindName, Faults faults) {
        Split split = reader.split(tree, JobRequest.class);
        if (kindName != null && split.known().has("kind")) {
            faults.add("/kind", "must be left out here: which kind of job this is has been said");
        }
        if (kindName != null) {
            split.known().put("kind", kindName);
        }
        JobRequest request = reader.read(split.known(), JobRequest.class, faults);
        return read(split, request, kindOf(split.known().path("kind"), faults), faults);
    }

    /// A request that had no faults when it was written, which may be long ago.
    Wanted<?> readKnown(JsonNode tree, String kindName) {
        if (kinds.named(kindName).isEmpty()) {
            throw kindGone(kindName);
        }
        return read(tree, kindName, new Faults());
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
        kind.check(spec);
        return new Wanted<>(kind, request, spec);
    }

    /// What an earlier job was asked to do.
    Wanted<?> again(JobView old) {
        JobKind<?, ?> kind = kinds.named(old.kind()).orElseThrow(() -> kindGone(old.kind()));
        return again(old, kind, new Faults());
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

    static Refused kindGone(String kind) {
        return new Refused(Problem.conflict("kind-gone", "This instance knows no jobs of kind " + kind + " any more."));
    }

    <S extends Record> NewJob newJob(
            Wanted<S> wanted, @Nullable TargetFacts target, Origin origin, @Nullable Once once) {
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
                kind.limits().whenLost().name().toLowerCase(Locale.ROOT),
                write(wanted.spec()),
                write(request.labels() == null ? Map.of() : request.labels()),
                kind.limits().maxAttempts(),
                utc(request.notBefore()),
                utc(request.deadline()),
                null,
                null,
                origin,
                once);
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
}
