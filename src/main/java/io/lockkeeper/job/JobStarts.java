package io.lockkeeper.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lockkeeper.http.Faults;
import io.lockkeeper.http.IdempotencyKey;
import io.lockkeeper.http.Page;
import io.lockkeeper.http.Preference;
import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.lockkeeper.http.StrictReader;
import io.lockkeeper.job.Jobs.Accepted;
import io.lockkeeper.target.LabelSelector;
import io.lockkeeper.target.TargetFacts;
import io.lockkeeper.target.Targets;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// How every endpoint that starts jobs reads its request and answers: 202 at once, or 200 with the finished
/// job for a caller who preferred to wait. For the resources of features, which know their kind.
@Singleton
public class JobStarts {
    private static final String TARGET = "target";
    private static final String TARGETS = "targets";
    private static final int MOST_TARGETS = 500;

    private final Jobs jobs;
    private final Targets targets;
    private final StrictReader reader;
    private final Asking asking;

    JobStarts(Jobs jobs, Targets targets, StrictReader reader, Asking asking) {
        this.jobs = jobs;
        this.targets = targets;
        this.reader = reader;
        this.asking = asking;
    }

    /// One job.
    ///
    /// @param path of the request; an idempotency key holds for one path
    /// @param kind null: the request names it
    /// @param said fields that the path has said already; an empty body is then enough
    public Uni<Response> one(
            String path, @Nullable String kind, Map<String, JsonNode> said, byte[] body, HttpHeaders headers) {
        Faults faults = new Faults();
        JsonNode tree =
                body.length == 0 && !said.isEmpty() ? JsonNodeFactory.instance.objectNode() : reader.tree(body, faults);
        said.forEach((field, value) -> say(tree, field, value, faults));
        return one(
                tree,
                faults,
                kind,
                key(path, body, headers),
                Preference.of(headers.getRequestHeader(Preference.HEADER)));
    }

    /// First of all what an earlier request with the same key has started: what its work has changed since must not be
    /// held against it.
    public Uni<Response> againOr(String path, byte[] body, HttpHeaders headers, Supplier<Uni<Response>> fresh) {
        Preference preference = Preference.of(headers.getRequestHeader(Preference.HEADER));
        return key(path, body, headers)
                .map(key -> jobs.startedBefore(asking.origin(), key)
                        .flatMap(earlier ->
                                earlier.map(job -> answer(job, preference)).orElseGet(fresh)))
                .orElseGet(fresh);
    }

    private static void say(JsonNode tree, String field, JsonNode value, Faults faults) {
        if (tree.has(field)) {
            faults.add("/" + field, "must be left out here: the path says it");
        }
        if (tree instanceof ObjectNode object) {
            object.set(field, value);
        }
    }

    private Uni<Response> one(
            JsonNode tree, Faults faults, @Nullable String kind, Optional<IdempotencyKey> key, Preference preference) {
        return jobs.accept(tree, faults, kind, asking.origin(), key).flatMap(accepted -> answer(accepted, preference));
    }

    /// One job for the `target` of the request, or one for each target that all conditions of `targets`
    /// match, answered as a list at once.
    public Uni<Response> each(String path, String kind, byte[] body, HttpHeaders headers) {
        Faults faults = new Faults();
        JsonNode tree = reader.tree(body, faults);
        if (!tree.has(TARGETS)) {
            Preference preference = Preference.of(headers.getRequestHeader(Preference.HEADER));
            return one(tree, faults, kind, key(path, body, headers), preference);
        }
        List<LabelSelector> selectors = selectors(tree, faults);
        faults.refuseIfAny();
        ((ObjectNode) tree).remove(TARGETS);
        return targets.matching(selectors, MOST_TARGETS + 1)
                .invoke(JobStarts::refuseNoneAndTooMany)
                .flatMap(found -> acceptAll(found, (ObjectNode) tree, kind, key(path, body, headers)))
                .map(all -> Response.accepted(new Page<>(all, null)).build());
    }

    private static List<LabelSelector> selectors(JsonNode tree, Faults faults) {
        List<LabelSelector> selectors = new ArrayList<>();
        JsonNode asked = tree.path(TARGETS);
        if (tree.has(TARGET)) {
            faults.add("/" + TARGETS, "must be left out beside target");
        }
        if (!asked.isArray() || asked.isEmpty()) {
            faults.add("/" + TARGETS, "must be a list of conditions on labels, such as [\"env=prod\"]");
        }
        for (int i = 0; i < asked.size(); i++) {
            try {
                selectors.add(LabelSelector.parse(asked.get(i).asText()));
            } catch (IllegalArgumentException malformed) {
                faults.add("/" + TARGETS + "/" + i, malformed.getMessage());
            }
        }
        return selectors;
    }

    private static void refuseNoneAndTooMany(List<TargetFacts> found) {
        if (found.isEmpty()) {
            throw new Refused(
                    Problem.unprocessable("no-target-matches", "No target has labels that match all of targets."));
        }
        if (found.size() > MOST_TARGETS) {
            throw new Refused(Problem.unprocessable(
                    "too-many-targets", "More than " + MOST_TARGETS + " targets match; narrow the conditions."));
        }
    }

    /// One after the other, so that what is wrong with the request is told by the first, before there is
    /// any job.
    private Uni<List<JobView>> acceptAll(
            List<TargetFacts> found, ObjectNode tree, String kind, Optional<IdempotencyKey> key) {
        var origin = asking.origin();
        return Multi.createFrom()
                .iterable(found)
                .onItem()
                .transformToUniAndConcatenate(target -> jobs.accept(
                        tree.deepCopy().put(TARGET, target.name()),
                        new Faults(),
                        kind,
                        origin,
                        key.map(whole -> new IdempotencyKey(whole.value() + " " + target.name(), whole.digest()))))
                .map(Accepted::job)
                .collect()
                .asList();
    }

    private static Optional<IdempotencyKey> key(String path, byte[] body, HttpHeaders headers) {
        return IdempotencyKey.of(headers.getRequestHeader(IdempotencyKey.HEADER), "POST", path, body);
    }

    /// To whoever asked for a job, or for something that has started one.
    public Uni<Response> answer(Accepted accepted, Preference preference) {
        if (!preference.waits()) {
            return Uni.createFrom()
                    .item(started(accepted.job(), accepted.replayed()).build());
        }
        return jobs.await(accepted.job().id(), preference.patience()).map(job -> started(job, accepted.replayed())
                .header(Preference.APPLIED, preference.applied())
                .build());
    }

    private static Response.ResponseBuilder started(JobView job, boolean replayed) {
        Response.ResponseBuilder answer =
                job.done() ? Response.ok() : Response.accepted().header(HttpHeaders.RETRY_AFTER, 1);
        return made(answer, job, replayed);
    }

    static Response.ResponseBuilder made(Response.ResponseBuilder answer, JobView job, boolean replayed) {
        answer.location(URI.create(job.links().self())).entity(job);
        return replayed ? answer.header(IdempotencyKey.REPLAYED, true) : answer;
    }
}
