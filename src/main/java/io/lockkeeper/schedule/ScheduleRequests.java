package io.lockkeeper.schedule;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lockkeeper.http.Faults;
import io.lockkeeper.http.MergePatch;
import io.lockkeeper.http.StrictReader;
import io.lockkeeper.job.JobKind;
import io.lockkeeper.job.Jobs;
import io.lockkeeper.job.Kinds;
import io.lockkeeper.security.Caller;
import io.lockkeeper.security.Permission;
import io.lockkeeper.security.Policy;
import io.lockkeeper.target.TargetFacts;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Reads what is to become of a schedule. What it starts is looked at as if it were asked for now, so that whatever
/// can be wrong with it is told to the person who writes it, and not at 3 in the morning to nobody.
@Singleton
class ScheduleRequests {
    private static final String SPEC = "spec";
    private static final String KIND = "kind";
    private static final String THEN = "then";
    private static final String TARGET = "target";

    private final StrictReader reader;
    private final ObjectMapper json;
    private final Jobs jobs;
    private final Kinds kinds;

    ScheduleRequests(StrictReader reader, ObjectMapper json, Jobs jobs, Kinds kinds) {
        this.reader = reader;
        this.json = json;
        this.jobs = jobs;
        this.kinds = kinds;
    }

    record Checked(ScheduleSpec spec, @Nullable Long targetId) {}

    Uni<Checked> fresh(byte[] body, Caller caller) {
        Faults faults = new Faults();
        return checked(reader.tree(body, faults), faults, caller);
    }

    /// A schedule can be paused, and come at another time, although what it starts would be refused now.
    Uni<Checked> changed(Schedule old, ObjectNode patch, Caller caller) {
        Faults faults = new Faults();
        ObjectNode merged = (ObjectNode) MergePatch.apply(json.valueToTree(old.spec()), patch);
        if (patch.has("name") && !merged.path("name").asText().equals(old.spec().name())) {
            faults.add("/name", "cannot be changed: jobs and audit rows know the schedule by it");
            merged.put("name", old.spec().name());
        }
        if (Stream.of(KIND, SPEC, THEN).anyMatch(patch::has)) {
            return checked(merged, faults, caller);
        }
        ScheduleSpec spec = reader.read(merged, ScheduleSpec.class, faults);
        faults.refuseIfAny();
        Policy.demand(caller, Permission.JOBS_START, spec.target());
        return Uni.createFrom().item(new Checked(spec, old.targetId()));
    }

    private Uni<Checked> checked(JsonNode tree, Faults faults, Caller caller) {
        ScheduleSpec spec = reader.read(tree, ScheduleSpec.class, faults);
        lookAtFirst(tree, faults);
        lookAtThen(tree, faults);
        faults.refuseIfAny();
        String then =
                spec.then() == null ? null : spec.then().spec().path(TARGET).textValue();
        return permitted(spec.target(), caller).flatMap(target -> permitted(then, caller)
                .map(_ -> new Checked(spec, target.map(TargetFacts::id).orElse(null))));
    }

    private Uni<Optional<TargetFacts>> permitted(@Nullable String target, Caller caller) {
        return jobs.targetNamed(target).invoke(() -> Policy.demand(caller, Permission.JOBS_START, target));
    }

    private void lookAtFirst(JsonNode tree, Faults faults) {
        JobKind<?, ?> kind = kind(tree.path(KIND), "/" + KIND, faults);
        if (kind != null && tree.path(SPEC) instanceof ObjectNode spec) {
            tellFaults("/" + SPEC, kind, spec, spec, faults);
        }
    }

    /// With whatever it will be given by the job before it.
    private void lookAtThen(JsonNode tree, Faults faults) {
        JsonNode then = tree.path(THEN);
        JobKind<?, ?> kind = kind(then.path(KIND), "/" + THEN + "/" + KIND, faults);
        JsonNode spec = then.hasNonNull(SPEC) ? then.path(SPEC) : JsonNodeFactory.instance.objectNode();
        if (kind != null && spec instanceof ObjectNode object) {
            String target = tree.path(SPEC).path(TARGET).textValue();
            ObjectNode whole = ThenRequest.of(kind, object, tree.path(KIND).asText(), 1, target);
            tellFaults("/" + THEN + "/" + SPEC, kind, object, whole, faults);
        }
    }

    private @Nullable JobKind<?, ?> kind(JsonNode name, String at, Faults faults) {
        Optional<JobKind<?, ?>> kind = name.isTextual() ? kinds.named(name.textValue()) : Optional.empty();
        if (name.isTextual() && kind.isEmpty()) {
            faults.add(at, "must be one of " + String.join(", ", kinds.names()));
        }
        return kind.orElse(null);
    }

    private void tellFaults(String at, JobKind<?, ?> kind, ObjectNode asked, ObjectNode whole, Faults faults) {
        ObjectNode request = whole.deepCopy();
        for (String moment : List.of("notBefore", "deadline")) {
            if (asked.has(moment)) {
                faults.add(at + "/" + moment, "must be left out: the schedule says when, again and again");
                request.remove(moment);
            }
        }
        jobs.faultsOf(kind.name(), request).forEach(fault -> faults.add(at + fault.pointer(), fault.detail()));
    }
}
